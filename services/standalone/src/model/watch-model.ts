import { readFileSync } from 'node:fs';
import { TuttiError } from '@tutti/kernel';
import type { Backbone } from '@tutti/runtime';
import { type ModelNews, publishModel, readModel } from '@tutti/service';

const LOOK_EVERY_MS = 300;

/**
 * Publishes a model file whenever a change of it is saved. What does not parse, or fails otherwise, leaves the model in
 * force. The file is read again and again rather than watched: editors rename, and network drives say nothing.
 *
 * @param seen the text that has been taken already; undefined where it could not be read
 * @returns the way to stop
 */
export function watchModel(
  backbone: Backbone,
  path: string,
  seen: string | undefined,
  onNews: (news: ModelNews) => void,
): () => Promise<void> {
  let last = seen;
  let busy: Promise<void> | undefined;
  const look = async (): Promise<void> => {
    const text = textOf(path);
    // Some editors write a new file and rename it: for a moment there is none.
    if (text === undefined || text === last) return;
    last = text;
    try {
      const definition = readModel({ yaml: text, file: path });
      onNews(await publishModel(backbone, definition, `${path} was saved`, true));
    } catch (error) {
      onNews({ what: 'refused', error: error instanceof TuttiError ? error : faultOf(error, path) });
    }
  };
  const timer = setInterval(() => {
    busy ??= look().finally(() => (busy = undefined));
  }, LOOK_EVERY_MS).unref();
  return async () => {
    clearInterval(timer);
    await busy;
  };
}

/** The text of a file; undefined where it cannot be read now. */
export function textOf(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return undefined;
  }
}

function faultOf(cause: unknown, path: string): TuttiError {
  return new TuttiError('internal', `publishing ${path} failed: ${(cause as Error).message}`, { where: path, cause });
}
