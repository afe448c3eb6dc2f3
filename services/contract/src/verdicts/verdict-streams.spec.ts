import { EventEmitter, once } from 'node:events';
import type { ServerResponse } from 'node:http';
import { describe, expect, it } from 'vitest';
import { journaled } from '../testing/journaled.js';
import { VerdictStreams } from './verdict-streams.js';

const everything = { partition: undefined, passes: () => true };

/** A response whose reader takes a number of bytes at a time, when it is told to. */
class SlowResponse extends EventEmitter {
  req = { method: 'GET' };
  written: string[] = [];
  waiting = 0;
  ended = false;
  writableNeedDrain = false;

  write(text: string): boolean {
    this.written.push(text);
    this.waiting += text.length;
    this.writableNeedDrain = this.waiting >= 16_384;
    this.emit('wrote');
    return !this.writableNeedDrain;
  }

  drain(): void {
    this.waiting = 0;
    this.writableNeedDrain = false;
    this.emit('drain');
  }

  end(): void {
    this.ended = true;
    this.emit('close');
  }

  get verdicts(): number {
    return this.written.filter((text) => text.includes('event: verdict')).length;
  }
}

describe('a stream of verdicts', () => {
  it('stops reading the journal while its reader does not take what was written', async () => {
    const journal = journaled(2, 'x'.repeat(1000));
    for (let i = 0; i < 5000; i++) journal.append(i % 2, i + 1);
    const streams = new VerdictStreams(journal.backbone);
    const response = new SlowResponse();
    const running = streams.run(response as unknown as ServerResponse, [0, 0], everything);
    while (!response.writableNeedDrain) await once(response, 'wrote');
    // Whatever is appended meanwhile wakes the stream, and must not make it write or read.
    const [read, written] = [journal.read(), response.written.length];
    for (let i = 0; i < 100; i++) {
      journal.append(0, 9000 + i);
      await new Promise((resolve) => setImmediate(resolve));
    }
    expect(response.written.length).toBe(written);
    expect(journal.read()).toBe(read);
    expect(read).toBeLessThanOrEqual(2 * 128);

    while (response.verdicts < 5100) {
      response.drain();
      await once(response, 'wrote');
    }
    expect(response.verdicts).toBe(5100);
    response.end();
    await running;
    expect(streams.count).toBe(0);
  });

  it('ends when the server shuts down', async () => {
    const journal = journaled(1);
    const streams = new VerdictStreams(journal.backbone);
    const response = new SlowResponse();
    const running = streams.run(response as unknown as ServerResponse, [0], everything);
    expect(streams.count).toBe(1);
    streams.onModuleDestroy();
    await running;
    expect(response.ended).toBe(true);
  });
});
