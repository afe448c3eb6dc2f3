import { TuttiError } from '@tutti/kernel';

/** Where a reader of verdicts keeps the place it has reached. Cursors are opaque texts. */
export interface CursorStore {
  /** The last one saved, `undefined` before the first. */
  load(): Promise<string | undefined>;
  /** Resolves when a crash will not lose it. Never called before the last call has resolved. */
  save(cursor: string): Promise<void>;
}

/**
 * A cursor in a file of its own. It is written beside and moved into place, so that a crash leaves the old one or the
 * new one.
 */
export class CursorFile implements CursorStore {
  readonly #path: string;

  constructor(path: string) {
    this.#path = path;
  }

  /** @throws TuttiError `cursor-unreadable` */
  async load(): Promise<string | undefined> {
    const { readFile } = await import('node:fs/promises');
    try {
      const read = JSON.parse(await readFile(this.#path, 'utf8')) as { cursor?: unknown };
      if (typeof read.cursor !== 'string') throw new TypeError('it has no cursor in it');
      return read.cursor;
    } catch (cause) {
      if ((cause as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
      throw new TuttiError('cursor-unreadable', `the cursor cannot be read: ${(cause as Error).message}`, {
        where: this.#path,
        mend: 'delete the file to begin again, or restore it',
        cause,
      });
    }
  }

  async save(cursor: string): Promise<void> {
    const { open, rename, mkdir } = await import('node:fs/promises');
    const { dirname } = await import('node:path');
    await mkdir(dirname(this.#path), { recursive: true });
    const beside = `${this.#path}.new`;
    const file = await open(beside, 'w');
    try {
      await file.writeFile(`${JSON.stringify({ cursor })}\n`);
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(beside, this.#path);
  }
}

/** Saves the latest of many cursors: one save at a time, those in between are skipped. */
export class CursorKeeper {
  readonly #store: CursorStore;
  readonly #onError: (error: unknown) => void;
  #latest: string | undefined;
  #saved: string | undefined;
  #isSaving = false;
  #saving: Promise<void> = Promise.resolve();

  constructor(store: CursorStore, onError: (error: unknown) => void) {
    this.#store = store;
    this.#onError = onError;
  }

  /** Everything before this place is done with. */
  reached(cursor: string): void {
    this.#latest = cursor;
    if (!this.#isSaving) this.#saving = this.#save();
  }

  /** Resolves when the latest one is saved, or its saving has failed. */
  async flush(): Promise<void> {
    while (this.#isSaving) await this.#saving;
  }

  async #save(): Promise<void> {
    this.#isSaving = true;
    try {
      while (this.#latest !== undefined && this.#latest !== this.#saved) {
        const cursor = this.#latest;
        await this.#store.save(cursor);
        this.#saved = cursor;
      }
    } catch (error) {
      this.#onError(error);
    } finally {
      // In the same step as the last look at `#latest`, so that no place falls in between.
      this.#isSaving = false;
    }
  }
}
