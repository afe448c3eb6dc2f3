import { setTimeout as delay } from 'node:timers/promises';

const LOOK_EVERY_MS = 50;

/**
 * Waits for a condition, looking again and again. What fails on the way counts as "not yet".
 *
 * @param look gives what was waited for, or undefined where it is not there yet
 * @param explain what to say of the state of things when it did not come
 * @throws Error it did not come in time
 */
export async function until<T>(
  what: string,
  look: () => Promise<T | undefined>,
  { withinMs = 120_000, explain = () => '' }: { withinMs?: number; explain?: () => string | Promise<string> } = {},
): Promise<T> {
  const endMs = performance.now() + withinMs;
  let last: unknown;
  for (;;) {
    try {
      const found = await look();
      if (found !== undefined) return found;
      last = undefined;
    } catch (error) {
      last = error;
    }
    if (performance.now() > endMs) {
      const said = await explain();
      throw new Error(`waited ${withinMs / 1000} s in vain: ${what}${said === '' ? '' : `\n${said}`}`, { cause: last });
    }
    await delay(LOOK_EVERY_MS);
  }
}
