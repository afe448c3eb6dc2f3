import { afterEach, beforeEach } from 'vitest';

/** Fresh room for one test: what is opened on it shares what is kept, as clients of one server do. */
export interface Ground<T> {
  /** Opens one more client of it. */
  open(): Promise<T>;
  /** Removes what is kept. All clients have been closed. */
  clear(): Promise<void>;
}

/** Opens clients for a test, and closes them after it. */
export interface Room<T, G extends Ground<T>> {
  readonly ground: G;
  open(): Promise<T>;
}

/** A room for each test of the suite it is called in. */
export function roomOf<T extends { close(): Promise<void> }, G extends Ground<T>>(make: () => Promise<G>): Room<T, G> {
  let ground: G | undefined;
  let opened: T[] = [];
  beforeEach(async () => {
    ground = await make();
  });
  afterEach(async () => {
    for (const client of opened) await client.close();
    opened = [];
    await ground?.clear();
    ground = undefined;
  });
  return {
    get ground(): G {
      return ground!;
    },
    async open(): Promise<T> {
      const client = await ground!.open();
      opened.push(client);
      return client;
    },
  };
}
