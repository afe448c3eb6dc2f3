import { join } from 'node:path';
import { floorMs } from './support/floor.ts';
import { line, median, microseconds, perSecond, ratioLine } from './support/figures.ts';
import { acceptAll, marketplaceIn, partitions } from './support/marketplace.ts';
import { orderLoad } from './support/orders.ts';
import { scratch } from './support/server.ts';

/** Decisions under way at once: what a batch intake hands over. */
const underWay = 2_000;

/** Raw bytes in memory to durable block and flushed store, in milliseconds. */
async function pathMs(events: readonly Buffer[], folder: string): Promise<number> {
  const backbone = await marketplaceIn(folder);
  const started = performance.now();
  for (let from = 0; from < events.length; from += underWay) {
    await acceptAll(backbone, events.slice(from, from + underWay));
  }
  // Closing flushes what the store has not seen yet; that belongs to the work.
  await backbone.close();
  return performance.now() - started;
}

/**
 * The judging path against its floor, in turn, so that a drift of the machine's speed meets both.
 *
 * @returns decisions a second of the path, the median
 */
export async function benchJudging(runs: number): Promise<number> {
  const { events, meanBytes } = orderLoad(300_000, 100_000, new Date().toISOString());
  console.log(
    `\nJudging path: ${events.length.toLocaleString('en')} decisions of ${meanBytes} bytes on 100,000 subjects, interleaved, ${partitions} partitions, one process`,
  );
  const floors: number[] = [];
  const paths: number[] = [];
  for (let run = 0; run <= runs; run++) {
    const { folder, remove } = scratch();
    const floor = await floorMs(events, partitions, join(folder, 'floor.sqlite'));
    const path = await pathMs(events, join(folder, 'data'));
    remove();
    if (run === 0) continue; // The first one warms up.
    floors.push(floor);
    paths.push(path);
  }
  const n = events.length;
  line('floor: JSON.parse + append in blocks', perSecond(n, median(floors)), microseconds(n, median(floors)));
  line('path: bytes → verdict → block → store', perSecond(n, median(paths)), microseconds(n, median(paths)));
  ratioLine('  against the floor', median(floors.map((floor, run) => floor / paths[run]!)), 0.4);
  return (n / median(paths)) * 1000;
}
