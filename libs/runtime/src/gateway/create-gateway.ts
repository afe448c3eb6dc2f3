import type { Backbone } from '../backbone.js';
import { openControl } from '../backbone/open-control.js';
import type { Clock } from '../clock/clock.js';
import { RecordedTime } from '../clock/recorded-time.js';
import { SystemClock } from '../clock/system-clock.js';
import { ModelCache } from '../control/model-cache.js';
import { noSpace, otherSpace } from '../control/read-space.js';
import type { IntakeDoor } from '../door.js';
import type { Journal } from '../ports/journal.js';
import type { Log } from '../ports/log.js';
import type { ProjectionStore } from '../ports/projection-store.js';
import type { SubjectStore } from '../ports/store.js';
import { Problems } from '../problems/problems.js';
import { VerdictReader } from '../reading/verdict-reader.js';
import { AnswerFinder } from './answer-finder.js';
import { BlockCache } from './block-cache.js';
import { DecisionSender } from './decision-sender.js';
import { Gateway, type MemberStatus } from './gateway.js';
import { PartitionWatch } from './partition-watch.js';
import { ProjectedIndex } from './projected-index.js';
import { SubjectReader } from './subject-reader.js';

const SUBMIT_WAIT_MS = 30_000;

/** What a gateway is made of. Everything in it stays its caller's to close. */
export interface GatewayOptions {
  space: string;
  journal: Journal;
  store: SubjectStore;
  projection: ProjectionStore;
  log: Log;
  /** Default: the machine's. */
  clock?: Clock;
  /** Default: ones of its own, in its status. */
  problems?: Problems;
  /** Shared by all contract processes: with it, sources proven by a token are vouched for in the intake topic. */
  gatewaySecret?: string;
  /** The partitions that this process judges, if any: what it knows of them need not be read. */
  member?: MemberStatus;
  /** How long `submit` waits for a verdict; default 30,000. */
  submitWaitMs?: number;
}

/**
 * Opens the backbone for a process that serves HTTP, whether or not it owns a partition: decisions go into topic
 * `SPACE.decisions`, everything else is read from journal and stores.
 *
 * @throws TuttiError `no-space` the journal holds none yet (retryable), `space-differs`, `journal-corrupt`,
 *   `journal-version`
 * @throws JournalUnavailableError
 */
export async function createGateway(options: GatewayOptions): Promise<Gateway & Backbone & IntakeDoor> {
  const { space, journal, store, projection, log, member, gatewaySecret, submitWaitMs = SUBMIT_WAIT_MS } = options;
  const clock = options.clock ?? new SystemClock();
  const problems = options.problems ?? new Problems(() => clock.nowMs());
  const models = new ModelCache();
  const control = await openControl(journal, models);
  const watches: PartitionWatch[] = [];
  try {
    const { state } = control;
    if (state.revision < 0) throw noSpace(space);
    if (state.space !== space) throw otherSpace(space, state.space);
    const partitions = Array.from({ length: state.partitions }, (_, partition) => partition);
    const blocks = new BlockCache(journal);
    for (const partition of partitions) {
      const owned = () => member?.status().partitions.find((one) => one.partition === partition);
      watches.push(new PartitionWatch(journal, partition, problems, blocks, owned));
    }
    await Promise.all(watches.map((watch) => watch.start()));
    const topic = `${space}.decisions`;
    // A task that others have written after is no longer the partition's.
    const taskOf = (partition: number) => {
      const task = member?.tasks?.().find((one) => one.partition === partition);
      return task !== undefined && task.tail >= watches[partition]!.revision ? task : undefined;
    };
    return new Gateway({
      log,
      topic,
      control,
      models,
      clock,
      problems,
      watches,
      member,
      submitWaitMs,
      secret: gatewaySecret,
      time: new RecordedTime(clock, state.epochAtMs),
      index: new ProjectedIndex(projection, blocks, journal, partitions.length),
      readers: partitions.map((partition) => new VerdictReader(journal, partition)),
      subjects: new SubjectReader(store, blocks, control, taskOf),
      answers: new AnswerFinder(blocks),
      sender: new DecisionSender(log, topic, problems),
    });
  } catch (error) {
    await Promise.all(watches.map((watch) => watch.stop()));
    control.close();
    throw error;
  }
}
