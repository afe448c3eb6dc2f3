import type { Backbone } from '../backbone.js';
import { RecordedTime } from '../clock/recorded-time.js';
import { SystemClock } from '../clock/system-clock.js';
import { ModelCache } from '../control/model-cache.js';
import { Opener } from '../opener/opener.js';
import { PartitionTask } from '../partition/partition-task.js';
import { readTail } from '../partition/tail.js';
import { Problems } from '../problems/problems.js';
import { ScanningIndex } from '../reading/scanning-index.js';
import { LocalBackbone } from './local-backbone.js';
import type { BackboneOptions } from './options.js';
import { openControl, publishStartingModel } from './open-control.js';
import { openSpace } from './space.js';
import { taskSettings } from './task-settings.js';

const PACE = { minimumMs: 200, decisionsMax: 100_000 };

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
    await publishStartingModel(control, options.model, models, time.now());

    const partitions = Array.from({ length: control.state.partitions }, (_, partition) => partition);
    for (const { atMs } of await Promise.all(partitions.map((p) => readTail(journal, p)))) time.notBefore(atMs);
    opener = new Opener(control, time, clock, { ...PACE, ...options.pace }, problems);
    const settings = taskSettings(options, partitions.length);
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
