import { TuttiError } from '@tutti/kernel';
import { describe, expect, it } from 'vitest';
import { type Running, runProcess, type Terminal } from './run-process.js';

interface Watched extends Terminal {
  signal(): void;
  printed: string[];
  /** Resolves with the exit code. */
  exited: Promise<number>;
  /** Every exit asked for, in order. */
  exits: number[];
}

function terminal(): Watched {
  let listener: () => void = () => {};
  let exit: (code: number) => void = () => {};
  const printed: string[] = [];
  const exits: number[] = [];
  return {
    printed,
    exits,
    say: (text) => printed.push(text),
    complain: (text) => printed.push(`! ${text}`),
    onSignal: (listen) => (listener = listen),
    signal: () => listener(),
    exited: new Promise((resolve) => (exit = resolve)),
    exit: (code) => {
      exits.push(code);
      exit(code);
    },
  };
}

const service = (more: Partial<Running> = {}): Running => ({ lines: ['up'], close: async () => 'stopped', ...more });

describe('a process', () => {
  it('says that it is up, and drains at the first signal', async () => {
    const screen = terminal();
    const done = runProcess(async () => service(), screen);
    await Promise.resolve();
    screen.signal();
    await done;
    expect(screen.printed).toEqual(['up', 'stopped']);
    expect(screen.exits).toEqual([0]);
  });

  it('ends at once at the second signal, whatever still closes', async () => {
    const screen = terminal();
    let closing: () => void = () => {};
    const beganToClose = new Promise<void>((resolve) => (closing = resolve));
    const close = (): Promise<string> => {
      closing();
      return new Promise(() => {});
    };
    void runProcess(async () => service({ close }), screen);
    screen.signal();
    await beganToClose;
    screen.signal();
    expect(await screen.exited).toBe(130);
  });

  it('gives up waiting for its servers when it is told to stop while it starts', async () => {
    const screen = terminal();
    const done = runProcess(
      (stopping) =>
        new Promise((_, reject) => stopping.addEventListener('abort', () => reject(stopping.reason as Error))),
      screen,
    );
    screen.signal();
    await done;
    expect(screen).toMatchObject({ printed: [], exits: [0] });
  });

  it.each([
    ['config-invalid', 2],
    ['port-in-use', 1],
    ['topic-differs', 1],
  ])('that refuses to start with %s ends with %i, and says how to mend it', async (code, exit) => {
    const screen = terminal();
    const refusal = new TuttiError(code, 'no', { where: 'here', mend: 'so' });
    await runProcess(() => Promise.reject(refusal), screen);
    expect(screen.printed).toEqual([`! ${code}  no\n  where  here\n  mend   so`]);
    expect(screen.exits).toEqual([exit]);
  });

  it('that cannot go on closes what it can, and ends with 1', async () => {
    const screen = terminal();
    const broken = Promise.reject(new TuttiError('intake-truncated', '5 offsets are missing'));
    await runProcess(async () => service({ broken }), screen);
    expect(screen.printed).toEqual(['up', '! intake-truncated  5 offsets are missing', 'stopped']);
    expect(screen.exits).toEqual([1]);
  });

  it('whose close fails says so, and ends with 1', async () => {
    const screen = terminal();
    const close = (): Promise<string> => Promise.reject(new TuttiError('store-unavailable', 'it went away'));
    const done = runProcess(async () => service({ close }), screen);
    screen.signal();
    await done;
    expect(screen.printed.at(-1)).toBe('! store-unavailable  it went away');
    expect(screen.exits).toEqual([1]);
  });
});
