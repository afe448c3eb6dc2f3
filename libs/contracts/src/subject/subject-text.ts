import { parseJson } from '@tutti/kernel';
import { quoted, recordText, revisionsText, word } from '../record/json-words.js';
import type { SubjectState } from '../subject.js';
import { SubjectLog } from './subject-log.js';

/**
 * A subject as JSON text, without its log: what the store keeps beside the log's chunks. Put together at once, not bit by
 * bit: thousands of them wait together for the store, and a text of bits is dear to keep.
 */
export function serializeSubject(subject: SubjectState): string {
  const { due, left } = subject;
  const parts: (string | number)[] = [
    '{"id":',
    quoted(subject.id),
    ',"type":',
    word(subject.type),
    ',"sequence":',
    subject.sequence,
    ',"state":',
    word(subject.state),
    ',"model":',
    subject.model,
    ',"policies":',
    revisionsText(subject.policies),
    ',"parties":',
    recordText(subject.parties),
    ',"keeps":',
    recordText(subject.keeps),
    ',"enteredAtMs":',
    subject.enteredAtMs,
  ];
  if (due !== undefined) parts.push(',"due":{"type":', word(due.type), ',"atMs":', due.atMs, '}');
  parts.push(',"left":', leftText(left), ',"lastAtMs":', subject.lastAtMs, '}');
  return parts.join('');
}

function leftText(left: SubjectState['left']): string {
  let text = '{';
  for (const state in left) {
    const who = left[state]!;
    const ids = who.length === 1 ? quoted(who[0]!) : who.map(quoted).join(',');
    text += `${text === '{' ? '' : ','}${word(state)}:[${ids}]`;
  }
  return `${text}}`;
}

const SHARED_MAX = 4096;
const shared = new Map<string, Readonly<Record<string, number>>>();

/** A subject from its text and the chunks of its log, in order; the inverse of {@link serializeSubject}. */
export function parseSubject(text: string, chunks: readonly Uint8Array[]): SubjectState {
  const stored = parseJson(text) as unknown as Omit<SubjectState, 'log'>;
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
