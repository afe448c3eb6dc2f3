import {
  admit,
  compareWithEarlier,
  idWindowSince,
  judge,
  refuse,
  type Input,
  type Regime,
  type SubjectState,
  type Verdict,
} from '@tutti/contracts';
import type { JournaledVerdict } from '../reading/journaled-verdict.js';
import type { CachedSubject } from './subject-cache.js';
import type { OpenBlock } from './open-block.js';
import { corrupt } from '../journal/corrupt.js';
import { duplicateLine } from '../journal/record.js';
import { offsetOf, type Pending } from './pending.js';

/**
 * What an input gets: a verdict of its own, the earlier one of the same decision (with a record of its own where it came
 * by an intake topic), or nothing yet (the block is full).
 */
export type Outcome = { verdict: JournaledVerdict; duplicate: boolean } | undefined;

/** Finds the verdict at a revision: in the block that is open, in memory, or in the journal. */
export type FindVerdict = (revision: number) => JournaledVerdict | undefined | Promise<JournaledVerdict | undefined>;

/**
 * Judges one input and adds its verdict to the block. Synchronous, but for the rare input whose id may have been used
 * before and whose original is not in memory.
 */
export function judgePending(
  { input, refused }: Pending,
  subject: CachedSubject | undefined,
  regime: Regime,
  block: OpenBlock,
  find: FindVerdict,
): Outcome | Promise<Outcome> {
  if (refused !== undefined) return add(refuse(input, subject?.state, regime, refused), input, subject, regime, block);
  const admission = admit(input, regime);
  if (admission.length === 0 && subject !== undefined) {
    const candidates = earlier(input, subject.state, regime);
    if (candidates.length > 0) {
      return compared(input, candidates, find).then((found) => {
        if (found?.same === true) return repeated(input, found.verdict, block);
        return record(input, subject, regime, block, admission, found?.verdict);
      });
    }
  }
  return record(input, subject, regime, block, admission, undefined);
}

/** Revisions of verdicts that may have used the input's id up. */
export function earlier(input: Input, subject: SubjectState, regime: Regime): readonly number[] {
  if (subject.log.size === 0) return NONE;
  const { source, id } = input.event.attributes;
  return subject.log.find(source ?? '', id ?? '', idWindowSince(input, subject, regime));
}

const NONE: readonly number[] = Object.freeze([]);

/** Compares the input with the earlier verdicts that may have its id; the latest that has it counts. */
export async function compared(
  input: Input,
  candidates: readonly number[],
  find: FindVerdict,
): Promise<{ same: boolean; verdict: JournaledVerdict } | undefined> {
  for (const revision of candidates) {
    const original = await find(revision);
    if (original === undefined) throw corrupt('verdicts', revision, 'no verdict where a subject remembers one');
    const relation = compareWithEarlier(input.event, original.event);
    if (relation !== 'other') return { same: relation === 'same', verdict: original };
  }
  return undefined;
}

function record(
  input: Input,
  subject: CachedSubject | undefined,
  regime: Regime,
  block: OpenBlock,
  admission: ReturnType<typeof admit>,
  conflicting: JournaledVerdict | undefined,
): Outcome {
  return add(judge(input, subject?.state, regime, conflicting, admission), input, subject, regime, block);
}

function add(
  verdict: Verdict,
  input: Input,
  subject: CachedSubject | undefined,
  regime: Regime,
  block: OpenBlock,
): Outcome {
  // Of a subject that belongs to another partition nothing is known here, and nothing may be said.
  if (subject === undefined && verdict.subject !== undefined) verdict.subject = undefined;
  const added = block.addVerdict(verdict, input.event, subject, regime);
  return added === undefined ? undefined : { verdict: added, duplicate: false };
}

/** The same decision again: every input of an intake topic has a record. */
function repeated(input: Input, verdict: JournaledVerdict, block: OpenBlock): Outcome {
  const offset = offsetOf(input);
  if (offset >= 0 && !block.addRecord(duplicateLine({ offset, of: verdict.revision }))) return undefined;
  return { verdict, duplicate: true };
}
