import { formatTime, TuttiError } from '@tutti/kernel';
import type { Backbone } from '../backbone.js';
import { RecordedTime } from '../clock/recorded-time.js';
import { SystemClock } from '../clock/system-clock.js';
import { ControlStream } from '../control/control-stream.js';
import { decidePublication } from '../control/decide-publication.js';
import { ModelCache } from '../control/model-cache.js';
import { Opener } from '../opener/opener.js';
import { PartitionTask } from '../partition/partition-task.js';
import type { TaskSettings } from '../partition/task-surroundings.js';
import { readTail } from '../partition/tail.js';
import { Problems } from '../problems/problems.js';
import { ScanningIndex } from '../reading/scanning-index.js';
import { verdictsOf } from '../reading/block-shelf.js';
import type { Journal } from '../ports/journal.js';
import { LocalBackbone } from './local-backbone.js';
import type { BackboneOptions } from './options.js';
import { openSpace } from './space.js';

const SUBJECTS_IN_MEMORY = 250_000;
const PACE = { minimumMs: 200, decisionsMax: 100_000 };
const TASKS: Omit<TaskSettings, 'subjectsMax'> = {
  queueMax: 20_000,
  queueCharsMax: 64 * 1024 * 1024,
  flushVerdicts: 100_000,
  flushSubjects: 50_000,
  flushAfterMs: 10_000,
};

/**
 * Starts the backbone in this process: creates the space where the journal is empty, publishes the starting model,
 * claims and recovers every partition. Resolves when decisions are taken; where there is a model, all partitions
 * judge under an epoch then. On failure journal and store are left open, for the caller to close.
 *
 * @throws TuttiError `space-differs`, `partitions-differ`, `trust-differs`, `journal-version`, `journal-corrupt`,
 *   `model-invalid`, `incompatible`, `malformed`
 * @throws JournalUnavailableError, StoreUnavailableError (`disk-full`, `data-read-only`)
 */
export async function createBackbone(options: BackboneOptions): Promise<Backbone> {
  const { journal, store } = options;
  const clock = options.clock ?? new SystemClock();
  const problems = new Problems(() => clock.nowMs());
  const models = new ModelCache();
  const control = await openControl(journal, models);
  const tasks: PartitionTask[] = [];
  let opener: Opener | undefined;
  try {
    const time = new RecordedTime(clock, control.state.epochAtMs);
    await openSpace(control, options, time.now());
    await publishStartingModel(control, options, models, time.now());

    const partitions = Array.from({ length: control.state.partitions }, (_, partition) => partition);
    for (const { atMs } of await Promise.all(partitions.map((p) => readTail(journal, p)))) time.notBefore(atMs);
    opener = new Opener(control, time, clock, { ...PACE, ...options.pace }, problems);
    const settings = { ...TASKS, ...options.tasks, subjectsMax: subjectsEach(options, partitions.length) };
    const decided = (count: number): void => opener!.decided(count);
    const around = { journal, store, control, clock, time, problems, decided };
    for (const partition of partitions) tasks.push(new PartitionTask(partition, around, settings));
    control.onRecord((opened) => {
      if (opened === undefined) return;
      for (const task of tasks) task.opened(opened);
      control.forgetBefore(Math.min(...tasks.map((task) => task.regime?.epoch ?? 0)));
    });
    await Promise.all(tasks.map((task) => task.start()));
    opener.look();
    if (control.state.model > 0) {
      const epoch = Math.max(1, control.state.epoch);
      await Promise.all(tasks.map((task) => task.inForce(epoch)));
    }
    const index = options.index ?? new ScanningIndex(journal, partitions.length);
    return new LocalBackbone({ journal, store, index, control, opener, tasks, time, problems, models });
  } catch (error) {
    await opener?.stop();
    await Promise.allSettled(tasks.map((task) => task.close()));
    control.close();
    throw error;
  }
}

/** Opens control so that the regimes of all epochs that partitions may still be in are at hand. */
async function openControl(journal: Journal, models: ModelCache): Promise<ControlStream> {
  const streams = (await journal.streams()).filter((name) => /^verdicts-\d+$/.test(name));
  const tails = await Promise.all(streams.map((name) => readTail(journal, Number(name.slice('verdicts-'.length)))));
  const keepFrom = tails.length === 0 ? 0 : Math.min(...tails.map(({ epoch }) => epoch));
  const control = await ControlStream.open(journal, models.compile, keepFrom);
  const { partitions } = control.state;
  const isWhole = Array.from({ length: partitions }, (_, p) => verdictsOf(p)).every((name) => streams.includes(name));
  if (isWhole || keepFrom === 0) return control;
  control.close();
  return ControlStream.open(journal, models.compile, 0);
}

async function publishStartingModel(
  control: ControlStream,
  options: BackboneOptions,
  models: ModelCache,
  nowMs: number,
): Promise<void> {
  const { model } = options;
  if (model === undefined) return;
  const { definition, by, because, breaking } = model;
  const act = { act: 'publish-model', definition, by, because, breaking } as const;
  await control.append((state) => {
    if (state.model > 0 && !model.evenIfChanged) return undefined;
    return decidePublication(act, state, formatTime(Math.max(nowMs, state.epochAtMs)), models.compile);
  });
}

function subjectsEach({ subjectsInMemory = SUBJECTS_IN_MEMORY }: BackboneOptions, partitions: number): number {
  if (!(subjectsInMemory >= 1)) {
    throw new TuttiError('malformed', `memory for ${subjectsInMemory} subjects`, {
      where: 'subjectsInMemory',
      mend: 'Give a number of at least 1.',
    });
  }
  return Math.max(2, Math.ceil(subjectsInMemory / partitions));
}
