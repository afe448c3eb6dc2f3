import {
  admit,
  judge,
  wireVerdict,
  type Input,
  type Regime,
  type SubjectState,
  type WireVerdict,
} from '@tutti/contracts';
import type { BlockShelf } from '../reading/block-shelf.js';
import { compared, earlier, type FindVerdict } from './judge-pending.js';
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
  return dryRunOn(input, partition, regime, subject, (revision) => shelf.verdict(revision));
}

/** The verdict an input would get on a subject as it is now; undefined: nothing was decided about it yet. */
export async function dryRunOn(
  input: Input,
  partition: number,
  regime: Regime,
  subject: SubjectState | undefined,
  find: FindVerdict,
): Promise<WireVerdict> {
  const { event } = input;
  const admission = admit(input, regime);
  let conflicting: { revision: number } | undefined;
  if (admission.length === 0 && subject !== undefined) {
    const found = await compared(input, earlier(input, subject, regime), find);
    if (found?.same === true) return found.verdict.wire();
    conflicting = found?.verdict;
  }
  const verdict = judge(input, subject, regime, conflicting, admission);
  return { ...wireVerdict(verdict, event.encoded, partition, -1, event), position: '' };
}
