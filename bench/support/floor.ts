import { SqliteJournal } from '@tutti/adapter-sqlite';
import { partitionOf } from '@tutti/kernel';
import { type Line, makeBlock, splitLines } from '@tutti/runtime';

/**
 * The raw thing underneath: `JSON.parse` of every event and a durable append of the same bytes in blocks, on the same
 * journal, in as many streams, with the same group commit. No judging, no subjects, no dedupe.
 *
 * @param events raw events
 * @param path a journal file that does not exist yet
 * @returns milliseconds
 */
export async function floorMs(events: readonly Buffer[], partitions: number, path: string): Promise<number> {
  const journal = SqliteJournal.open(path);
  const first = Array.from({ length: partitions }, () => 0);
  const started = performance.now();
  const perTurn = 999 * partitions;
  for (let from = 0; from < events.length; from += perTurn) {
    const lines: Line[][] = Array.from({ length: partitions }, () => []);
    for (const event of events.slice(from, from + perTurn)) {
      const parsed = JSON.parse(event.toString()) as { subject: string };
      lines[partitionOf(parsed.subject, partitions)]!.push(event);
    }
    await Promise.all(
      lines.map(async (partition, p) => {
        for (const run of splitLines(partition)) {
          const block = makeBlock({
            stream: `verdicts-${p}`,
            first: first[p]!,
            term: 1,
            next: null,
            atMs: 0,
            engine: 'floor',
            lines: run,
          });
          first[p]! += block.count;
          await journal.append(`verdicts-${p}`, block);
        }
      }),
    );
  }
  const ms = performance.now() - started;
  await journal.close();
  return ms;
}
