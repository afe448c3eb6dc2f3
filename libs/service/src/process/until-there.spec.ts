import { TuttiError } from '@tutti/kernel';
import { describe, expect, it } from 'vitest';
import { untilThere } from './until-there.js';

const away = (text: string): TuttiError => new TuttiError('store-unavailable', text, { retryable: true });

describe('waiting for a server', () => {
  it('goes on until it answers, and says each reason once', async () => {
    const answers: (TuttiError | string)[] = [away('refused'), away('refused'), away('starting up'), 'there'];
    const said: string[] = [];
    const found = await untilThere(
      async () => {
        const answer = answers.shift();
        if (answer instanceof Error) throw answer;
        return answer;
      },
      { stopping: new AbortController().signal, onWaiting: ({ message }) => said.push(message), firstWaitMs: 1 },
    );
    expect(found).toBe('there');
    expect(said).toEqual(['refused', 'starting up']);
  });

  it('does not wait for a server that says no, nor for a fault', async () => {
    const no = new TuttiError('database-refused', 'no such user');
    const options = { stopping: new AbortController().signal, onWaiting: () => {} };
    await expect(untilThere(() => Promise.reject(no), options)).rejects.toBe(no);
    await expect(untilThere(() => Promise.reject(new TypeError('a fault')), options)).rejects.toThrow('a fault');
  });

  it('ends when it is stopped', async () => {
    const abort = new AbortController();
    const options = { stopping: abort.signal, onWaiting: () => abort.abort(), firstWaitMs: 60_000 };
    await expect(untilThere(() => Promise.reject(away('gone')), options)).rejects.toThrow(/abort/i);
  });

  it('that is stopped does not wait for the end of an attempt', async () => {
    const abort = new AbortController();
    const attempt = (): Promise<never> => {
      abort.abort();
      return new Promise(() => {});
    };
    const options = { stopping: abort.signal, onWaiting: () => {} };
    await expect(untilThere(attempt, options)).rejects.toThrow(/abort/i);
  });
});
