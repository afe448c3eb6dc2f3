import { readFileSync, unwatchFile, watchFile } from 'node:fs';
import { TuttiError } from '@tutti/kernel';
import type { Backbone } from '@tutti/runtime';
import { type ModelNews, publishModel } from './publish-model.js';
import { readModel } from './read-model.js';

const LOOK_EVERY_MS = 300;

/**
 * Publishes a model file whenever a change of it is saved. What does not parse, or fails otherwise, leaves the model in
 * force. Returns the way to stop.
 */
export function watchModel(backbone: Backbone, path: string, onNews: (news: ModelNews) => void): () => Promise<void> {
  let seen = textOf(path);
  let busy: Promise<void> = Promise.resolve();
  const look = (): void => {
    busy = busy.then(async () => {
      const text = textOf(path);
      // Some editors write a new file and rename it: for a moment there is none.
      if (text === undefined || text === seen) return;
      seen = text;
      try {
        const definition = readModel({ yaml: text, file: path });
        onNews(await publishModel(backbone, definition, `${path} was saved`, true));
      } catch (error) {
        onNews({ what: 'refused', error: error instanceof TuttiError ? error : faultOf(error, path) });
      }
    });
  };
  watchFile(path, { interval: LOOK_EVERY_MS, persistent: false }, look);
  return async () => {
    unwatchFile(path, look);
    await busy;
  };
}

function textOf(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return undefined;
  }
}

function faultOf(cause: unknown, path: string): TuttiError {
  return new TuttiError('internal', `publishing ${path} failed: ${(cause as Error).message}`, { where: path, cause });
}
