import { createHash, type Hash } from 'node:crypto';
import { compareByBytes, outcomeLine } from '@tutti/contracts';
import type { Journal } from '../ports/journal.js';
import { VerdictReader } from '../reading/verdict-reader.js';
import { SortedRuns } from './sorted-runs.js';

/** Characters of outcome lines held in memory; beyond that they are sorted on disk. */
const MEMORY_CHARS = 64 * 1024 * 1024;

/**
 * The outcome hash of a journal (as `OutcomeHash` of `@tutti/contracts` folds it), from its verdicts alone: SHA-256
 * over the subjects of all partitions in byte order, each its id and its verdicts in order. Memory is bounded; a long
 * journal is sorted through temporary files.
 *
 * @returns 64 hexadecimal digits
 * @throws JournalUnavailableError, TuttiError `journal-corrupt`, `journal-version`
 */
export async function outcomeHash(journal: Journal, partitions: number, memoryChars = MEMORY_CHARS): Promise<string> {
  const runs = new SortedRuns(memoryChars);
  try {
    for (let partition = 0; partition < partitions; partition++) {
      for await (const verdict of new VerdictReader(journal, partition).from(0)) {
        if (typeof verdict === 'number') continue;
        await runs.add(verdict.verdict.subject?.id ?? '', outcomeLine(verdict.verdict));
      }
    }
    const hash = createHash('sha256');
    await merge(await runs.readers(), hash);
    return hash.digest('hex');
  } finally {
    await runs.remove();
  }
}

interface Head {
  id: string;
  lines: readonly string[];
  rest: AsyncIterator<[string, readonly string[]]>;
}

/** Merges runs; a subject's lines in an earlier run come before those in a later one. */
async function merge(runs: AsyncIterator<[string, readonly string[]]>[], hash: Hash): Promise<void> {
  const heads: Head[] = [];
  for (const rest of runs) {
    const first = await rest.next();
    if (first.done !== true) heads.push({ id: first.value[0], lines: first.value[1], rest });
  }
  while (heads.length > 0) {
    let least = heads[0]!.id;
    for (const { id } of heads) if (id !== least && compareByBytes(id, least) < 0) least = id;
    hash.update(`${JSON.stringify(least)}\n`);
    for (const head of heads.slice()) {
      if (head.id !== least) continue;
      for (const line of head.lines) hash.update(`${line}\n`);
      const next = await head.rest.next();
      if (next.done === true) heads.splice(heads.indexOf(head), 1);
      else [head.id, head.lines] = next.value;
    }
  }
}
