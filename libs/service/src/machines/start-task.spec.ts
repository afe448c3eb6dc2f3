import { TuttiError } from '@tutti/kernel';
import { describe, expect, it } from 'vitest';
import type { Terminal } from '../process/run-process.js';
import { startTask, type TaskGround } from './start-task.js';

const ENV = {
  TUTTI_SPACE: 'shop',
  TUTTI_JOURNAL_URL: 'postgres://tutti@127.0.0.1:1/tutti',
  TUTTI_STORE_URL: 'postgres://tutti@127.0.0.1:1/tutti',
  TUTTI_PORT: '0',
  TUTTI_LOG: 'silent',
};

function screen(): Terminal & { printed: string[] } {
  const printed: string[] = [];
  return {
    printed,
    say: (text) => printed.push(text),
    complain: (text) => printed.push(`! ${text}`),
    onSignal: () => {},
    exit: () => {},
  };
}

const urlIn = (printed: readonly string[]): string => /http:\S+/.exec(printed[0]!)![0];
const readiness = async (url: string): Promise<{ status: number; text: string }> => {
  const answer = await fetch(`${url}/health/ready`, { signal: AbortSignal.timeout(10_000) });
  return { status: answer.status, text: await answer.text() };
};
const well = { status: () => ({ ready: true, problems: [], facts: {} }) };

describe('a service that answers nobody', () => {
  it('waits for its servers, saying in readiness and on the terminal what for', async () => {
    const terminal = screen();
    const answers = [new TuttiError('store-unavailable', 'nobody listens on port 1', { retryable: true }), well];
    const seen: { status: number; text: string }[] = [];
    const begin = ({ waiting }: TaskGround) =>
      waiting.for('the store', async () => {
        const answer = answers.shift()!;
        if (!(answer instanceof Error)) seen.push(await readiness(urlIn(terminal.printed)));
        if (answer instanceof Error) throw answer;
        return answer;
      });
    const running = await startTask({ service: 'projection', env: ENV, terminal, begin }, new AbortController().signal);
    expect(seen).toMatchObject([{ status: 503, text: expect.stringContaining('nobody listens on port 1') }]);
    expect(terminal.printed.slice(1)).toEqual([
      '! waiting for the store: store-unavailable  nobody listens on port 1',
      '! the store is there',
    ]);
    expect((await readiness(urlIn(terminal.printed))).status).toBe(200);
    expect(await running.close()).toBe('stopped projection shop');
  });

  it('that is refused closes what it has opened, last first, and serves nothing any more', async () => {
    const terminal = screen();
    const closed: string[] = [];
    const begin = async ({ undo }: TaskGround): Promise<never> => {
      undo.add(async () => void closed.push('store'));
      undo.add(async () => void closed.push('journal'));
      throw new TuttiError('space-differs', 'the journal holds another one');
    };
    const options = { service: 'feedback', env: { ...ENV, TUTTI_KAFKA: 'k:1' }, terminal, begin } as const;
    await expect(startTask(options, new AbortController().signal)).rejects.toMatchObject({ code: 'space-differs' });
    expect(closed).toEqual(['journal', 'store']);
    await expect(readiness(urlIn(terminal.printed))).rejects.toThrow();
  });

  it('is not begun where its configuration is wrong', async () => {
    const begin = (): Promise<never> => Promise.reject(new Error('it was begun'));
    const options = { service: 'projection', env: { TUTTI_SPACE: 'shop' }, terminal: screen(), begin } as const;
    await expect(startTask(options, new AbortController().signal)).rejects.toMatchObject({ code: 'config-invalid' });
  });
});
