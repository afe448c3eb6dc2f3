import { formatTime } from '@tutti/kernel';
import { ControlStream } from '../control/control-stream.js';
import { decidePublication } from '../control/decide-publication.js';
import type { ModelCache } from '../control/model-cache.js';
import { readTail } from '../partition/tail.js';
import type { Journal } from '../ports/journal.js';
import { verdictsOf } from '../reading/block-shelf.js';
import type { StartingModel } from './options.js';

/**
 * Opens control so that the regimes of all epochs that partitions may still be in are at hand.
 *
 * @throws JournalUnavailableError, TuttiError `journal-corrupt`, `journal-version`
 */
export async function openControl(journal: Journal, models: ModelCache): Promise<ControlStream> {
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

/**
 * Publishes the model a backbone is started with, where the space has none, or another one and that is to be changed.
 *
 * @throws JournalUnavailableError, TuttiError `model-invalid`, `incompatible`
 */
export async function publishStartingModel(
  control: ControlStream,
  model: StartingModel | undefined,
  models: ModelCache,
  nowMs: number,
): Promise<void> {
  if (model === undefined) return;
  const { definition, by, because, breaking } = model;
  const act = { act: 'publish-model', definition, by, because, breaking } as const;
  await control.append((state) => {
    if (state.model > 0 && !model.evenIfChanged) return undefined;
    return decidePublication(act, state, formatTime(Math.max(nowMs, state.epochAtMs)), models.compile);
  });
}
