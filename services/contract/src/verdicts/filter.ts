import type { WireVerdict } from '@tutti/contracts';
import { partitionOf, TuttiError } from '@tutti/kernel';
import { type Caller, readsAll } from '../access/caller.js';
import { concerns, mayRead } from '../access/reading.js';
import type { VerdictsQuery } from './verdicts.query.js';

/** Which verdicts a reader asked for, and may see. */
export interface VerdictFilter {
  /** The one partition it can be in, where the subject is named. */
  partition: number | undefined;
  passes(verdict: WireVerdict): boolean;
}

/** @throws TuttiError `malformed`, `forbidden` */
export function verdictFilter(query: VerdictsQuery, caller: Caller, partitions: number): VerdictFilter {
  const mine = mineOf(query.mine, caller);
  const tests: ((verdict: WireVerdict) => boolean)[] = [];
  if (!readsAll(caller)) tests.push((verdict) => mayRead(caller, verdict));
  if (mine !== undefined) tests.push((verdict) => concerns(verdict, mine));
  const { type, subject, accepted, irregular, code } = query;
  if (type !== undefined) tests.push((verdict) => type.includes(typeOf(verdict) ?? ''));
  if (subject !== undefined) tests.push((verdict) => verdict.subject?.id === subject);
  if (accepted !== undefined) tests.push((verdict) => verdict.accepted === accepted);
  if (irregular !== undefined) tests.push((verdict) => (verdict.irregular !== undefined) === irregular);
  if (code !== undefined) {
    tests.push((verdict) =>
      [...(verdict.reasons ?? []), ...(verdict.irregular ?? [])].some((reason) => code.includes(reason.code)),
    );
  }
  return {
    partition: subject === undefined ? undefined : partitionOf(subject, partitions),
    passes: (verdict) => tests.every((test) => test(verdict)),
  };
}

function mineOf(mine: string | undefined, caller: Caller): string | undefined {
  if (mine === undefined || mine === 'false') return undefined;
  if (mine === 'true' || mine === '') {
    if (caller.participant !== undefined) return caller.participant;
    throw new TuttiError('malformed', 'without a token nobody knows who you are', {
      mend: 'say whose verdicts: mine=PARTICIPANT',
    });
  }
  if (readsAll(caller) || mine === caller.participant) return mine;
  throw new TuttiError('forbidden', `only ${mine} reads the verdicts of ${mine}`);
}

function typeOf({ decision }: WireVerdict): string | undefined {
  if (typeof decision !== 'object' || decision === null || Array.isArray(decision)) return undefined;
  const type = decision['type'];
  return typeof type === 'string' ? type : undefined;
}
