import { admit, judge, wireVerdict, type Input, type Regime, type WireVerdict } from '@tutti/contracts';
import type { BlockShelf } from '../reading/block-shelf.js';
import { compared, earlier } from './judge-pending.js';
import type { SubjectCache } from './subject-cache.js';

/** The verdict an input would get now; nothing is recorded and nothing folded. */
export async function dryRun(
  input: Input,
  partition: number,
  regime: Regime,
  subjects: SubjectCache,
  shelf: BlockShelf,
): Promise<WireVerdict> {
  const { event } = input;
  const id = event.readable ? event.attributes.subject : event.subject;
  if (id !== '') await subjects.load([id]);
  const subject = id === '' ? undefined : subjects.get(id)?.state;
  const admission = admit(input, regime);
  let conflicting: { revision: number } | undefined;
  if (admission.length === 0 && subject !== undefined) {
    const found = await compared(input, earlier(input, subject, regime), (revision) => shelf.verdict(revision));
    if (found?.same === true) return found.verdict.wire();
    conflicting = found?.verdict;
  }
  const verdict = judge(input, subject, regime, conflicting, admission);
  return { ...wireVerdict(verdict, event.encoded, partition, -1, event), position: '' };
}
