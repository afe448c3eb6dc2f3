import { createRequire } from 'node:module';
import { pathToFileURL } from 'node:url';
import { afterEach, expect, it, vi } from 'vitest';
import { SampleStream } from '../fixture/verdict-stream.js';
import { MemoryJournal, MemoryStreams } from '../journal/memory-journal.js';
import { startRelayThread, type RelayThread } from './relay-thread.js';

const RUNTIME = pathToFileURL(createRequire(import.meta.url).resolve('@tutti/runtime')).href;

/** An entry whose journal and log are in memory; it dies as often as told when a partition is added. */
const ENTRY = new URL(
  `data:text/javascript,${encodeURIComponent(`
    import { parentPort, workerData } from 'node:worker_threads';
    import { MemoryBroker, MemoryJournal, MemoryStreams, runRelay, serveRelay } from '${RUNTIME}';
    const { blocks, deaths } = workerData;
    const journal = new MemoryJournal(new MemoryStreams());
    for (const { stream, block } of blocks) await journal.append(stream, block);
    const broker = new MemoryBroker();
    broker.createTopic('shop.verdicts', 2);
    parentPort.on('message', ({ ask }) => {
      if (ask === 'add' && Atomics.sub(deaths, 0, 1) > 0) process.exit(3);
    });
    serveRelay(parentPort, runRelay({ journal, log: broker.client(), space: 'shop' }));
  `)}`,
);

let thread: RelayThread | undefined;
afterEach(() => thread?.close());

async function start(deaths: number): Promise<RelayThread> {
  const streams = new MemoryStreams();
  for (const partition of [0, 1]) {
    await new SampleStream(new MemoryJournal(streams), partition).append({ id: 'a' }, { id: 'b' });
  }
  const blocks = [...streams.blocks].flatMap(([stream, all]) => all.map((block) => ({ stream, block: { ...block } })));
  const counter = new Int32Array(new SharedArrayBuffer(4));
  counter[0] = deaths;
  thread = startRelayThread({ entry: ENTRY, data: { blocks, deaths: counter } });
  return thread;
}

const relayed = (): number[][] => thread!.status().partitions.map(({ partition, revision }) => [partition, revision]);

it('relays in a thread of its own what it is told to, no more after a partition was taken away', async () => {
  const one = await start(0);
  one.add(1);
  one.add(0);
  await vi.waitUntil(() => relayed().every(([, revision]) => revision === 2) && relayed().length === 2, 15_000);
  await one.remove(1);
  expect(relayed()).toEqual([[0, 2]]);
  await one.remove(7);
  await one.close();
});

it('begins again where the thread dies, and says so meanwhile', async () => {
  const one = await start(1);
  one.add(1);
  await vi.waitUntil(() => one.status().problems.length > 0, 15_000);
  expect(one.status().problems).toMatchObject([{ code: 'relay-stopped' }]);
  await vi.waitUntil(() => relayed().length === 1 && relayed()[0]![1] === 2, 15_000);
  expect(one.status().problems).toEqual([]);
});
