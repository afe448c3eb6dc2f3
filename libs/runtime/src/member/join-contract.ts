import { VOUCH_SECRET_LENGTH_MIN } from '@tutti/contracts';
import { TuttiError } from '@tutti/kernel';
import { openControl, publishStartingModel } from '../backbone/open-control.js';
import type { StartingModel } from '../backbone/options.js';
import { openSpace, type SpaceOptions } from '../backbone/space.js';
import { taskSettings, type TaskOptions } from '../backbone/task-settings.js';
import type { Clock } from '../clock/clock.js';
import { RecordedTime } from '../clock/recorded-time.js';
import { SystemClock } from '../clock/system-clock.js';
import { ModelCache } from '../control/model-cache.js';
import type { PartitionTask } from '../partition/partition-task.js';
import type { Journal } from '../ports/journal.js';
import type { Log } from '../ports/log.js';
import type { SubjectStore } from '../ports/store.js';
import { Problems } from '../problems/problems.js';
import { Member, type ContractMember } from './contract-member.js';
import { topicDiffers } from './intake-bounds.js';
import { Gate } from './suspects.js';

/** Partitions of a space that many machines share, where nobody says how many. */
const PARTITIONS_OF_NEW = 12;
/** Each of many partitions may have so much waiting: half a block. More comes while a block is made durable. */
const QUEUE = { queueMax: 500, queueCharsMax: 16 * 1024 * 1024 };

/** What a contract process is made of. */
export interface ContractOptions extends SpaceOptions, TaskOptions {
  /** Which process it is, for people; default `contract`. */
  instance?: string;
  log: Log;
  journal: Journal;
  store: SubjectStore;
  /** Published where the space has none. */
  model?: StartingModel;
  /** Shared with the gateways that vouch for sources that a token proved, at least 32 characters. */
  gatewaySecret?: string;
  /** Default: the machine's. */
  clock?: Clock;
  /** Where what is away is listed; default: a list of its own. */
  problems?: Problems;
  /** A partition has been claimed and recovered: work that belongs to its owner may begin. Must not throw. */
  onOwned?(partition: number, task: PartitionTask): void;
  /** It is not this member's any more. Must not throw. */
  onLost?(partition: number): void;
}

/** The topic that takes a space's decisions in. */
export function decisionsOf(space: string): string {
  return `${space}.decisions`;
}

/**
 * Joins the processes that judge a space together: creates the space where the journal is empty, publishes the starting
 * model where there is none, and takes its share of the partitions, one group member among others. Resolves when it has
 * joined; which partitions it gets, and that they are recovered, comes later (`onOwned`, `status`).
 *
 * @throws TuttiError `space-differs`, `partitions-differ`, `trust-differs`, `topic-differs`, `unknown-topic`,
 *   `journal-version`, `journal-corrupt`, `model-invalid`, `incompatible`, `malformed`
 * @throws JournalUnavailableError, TuttiError `log-unavailable`: try again
 */
export async function joinContract(options: ContractOptions): Promise<ContractMember> {
  const { log, journal, store, gatewaySecret, instance = 'contract' } = options;
  if (gatewaySecret !== undefined && gatewaySecret.length < VOUCH_SECRET_LENGTH_MIN) throw secretTooShort();
  const clock = options.clock ?? new SystemClock();
  const problems = options.problems ?? new Problems(() => clock.nowMs());
  const models = new ModelCache();
  const control = await openControl(journal, models);
  try {
    const time = new RecordedTime(clock, control.state.epochAtMs);
    await openSpace(control, { partitionsOfNew: PARTITIONS_OF_NEW, ...options }, time.now());
    const { partitions } = control.state;
    const topic = decisionsOf(options.space);
    const actual = await log.partitions(topic);
    if (actual !== partitions) throw topicDiffers(topic, actual, partitions);
    await publishStartingModel(control, options.model, models, time.now());
    const member = new Member(instance, {
      journal,
      store,
      control,
      clock,
      time,
      problems,
      log,
      rules: { topic, partitions, gatewaySecret },
      settings: taskSettings({ ...options, tasks: { ...QUEUE, ...options.tasks } }, partitions),
      gate: new Gate(),
      decided: () => undefined,
      onOwned: (partition, task) => options.onOwned?.(partition, task),
      onLost: (partition) => options.onLost?.(partition),
    });
    await member.join(topic, `${options.space}.contract`);
    return member;
  } catch (error) {
    control.close();
    throw error;
  }
}

function secretTooShort(): TuttiError {
  return new TuttiError('malformed', `the gateway's secret is shorter than ${VOUCH_SECRET_LENGTH_MIN} characters`, {
    where: 'gatewaySecret',
    mend: 'Choose a longer one, the same for all contract processes.',
  });
}
