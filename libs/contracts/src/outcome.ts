import { createHash, type Hash } from 'node:crypto';
import { Buffer } from 'node:buffer';
import { canonicalJson, type Json } from '@tutti/kernel';
import type { Verdict } from './verdict.js';

/**
 * What a verdict contributes to the outcome hash: RFC 8785 of `[type, source, id, accepted, irregular, [[code,
 * pointer] …], contract, sequence, state, parties, keeps]`, null for what is absent.
 */
export function outcomeLine(verdict: Verdict): string {
  const { subject } = verdict;
  const reasons = verdict.reasons ?? verdict.irregular ?? [];
  return canonicalJson([
    verdict.type ?? null,
    verdict.source ?? null,
    verdict.id ?? null,
    verdict.accepted,
    verdict.irregular !== undefined,
    reasons.map(({ code, pointer }) => [code, pointer ?? null]),
    verdict.contract ?? null,
    subject?.sequence ?? null,
    subject?.state ?? null,
    (subject?.parties ?? null) as Json,
    (subject?.keeps ?? null) as Json,
  ]);
}

/**
 * Folds the outcome hash: SHA-256 over the subjects in byte order, for each its id as JSON and its non-duplicate
 * verdicts in order, a line each. Comparable between runs where the model has no clock decisions, `at`, policies or
 * standings.
 */
export class OutcomeHash {
  readonly #hash: Hash = createHash('sha256');
  #last: Buffer | undefined;

  /** Adds a subject. @throws RangeError not after the one before, in the order of UTF-8 bytes */
  subject(id: string, verdicts: Iterable<Verdict>): void {
    const bytes = Buffer.from(id, 'utf8');
    if (this.#last !== undefined && Buffer.compare(this.#last, bytes) >= 0) {
      throw new RangeError(`subject ${id} comes after ${this.#last.toString('utf8')}: byte order is needed`);
    }
    this.#last = bytes;
    this.#hash.update(`${JSON.stringify(id)}\n`);
    for (const verdict of verdicts) this.#hash.update(`${outcomeLine(verdict)}\n`);
  }

  /** 64 hexadecimal digits; ends the fold. */
  digest(): string {
    return this.#hash.digest('hex');
  }
}

/** The outcome hash of verdicts in any order of subjects, each subject's own in order. All are held in memory. */
export function outcomeOf(verdicts: Iterable<Verdict>): string {
  const bySubject = new Map<string, Verdict[]>();
  for (const verdict of verdicts) {
    const id = verdict.subject?.id ?? '';
    const known = bySubject.get(id);
    if (known === undefined) bySubject.set(id, [verdict]);
    else known.push(verdict);
  }
  const outcome = new OutcomeHash();
  for (const id of [...bySubject.keys()].toSorted(compareByBytes)) outcome.subject(id, bySubject.get(id)!);
  return outcome.digest();
}

/** Order of two texts by their UTF-8 bytes, as stores and the outcome hash have it. */
export function compareByBytes(a: string, b: string): number {
  return Buffer.compare(Buffer.from(a, 'utf8'), Buffer.from(b, 'utf8'));
}
