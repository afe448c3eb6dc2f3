import type { SubjectState } from '../subject.js';
import { SubjectLog } from './subject-log.js';

/** A subject as JSON text, without its log: what the store keeps beside the log's chunks. */
export function serializeSubject(subject: SubjectState): string {
  const { log: _, ...rest } = subject;
  return JSON.stringify(rest);
}

const SHARED_MAX = 4096;
const shared = new Map<string, Readonly<Record<string, number>>>();

/** A subject from its text and the chunks of its log, in order; the inverse of {@link serializeSubject}. */
export function parseSubject(text: string, chunks: readonly Uint8Array[]): SubjectState {
  const stored = JSON.parse(text) as Omit<SubjectState, 'log'>;
  return {
    id: stored.id,
    type: stored.type,
    sequence: stored.sequence,
    state: stored.state,
    model: stored.model,
    policies: sharedRecord(stored.policies),
    parties: stored.parties,
    keeps: stored.keeps,
    enteredAtMs: stored.enteredAtMs,
    due: stored.due,
    left: stored.left,
    lastAtMs: stored.lastAtMs,
    log: SubjectLog.load(chunks),
  };
}

/** Many subjects hold equal records of policy revisions: one object serves them all. */
function sharedRecord(record: Readonly<Record<string, number>>): Readonly<Record<string, number>> {
  const key = JSON.stringify(record);
  const known = shared.get(key);
  if (known !== undefined) return known;
  if (shared.size >= SHARED_MAX) shared.clear();
  shared.set(key, record);
  return record;
}
