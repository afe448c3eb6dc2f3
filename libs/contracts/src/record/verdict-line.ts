import { formatTime } from '@tutti/kernel';
import type { Encoded, InputRoad } from '../event.js';
import type { Reason } from '../reason.js';
import type { SubjectView } from '../subject.js';
import type { Verdict } from '../verdict.js';

/** What every verdict's record begins with. */
export const VERDICT_LINE_START = '{"kind":"verdict",';

/**
 * The journal's record of a verdict: one line of JSON, without line feed. Members in fixed order, `decision` last: the
 * event's own bytes as received. Where they are no single line of JSON, `decision64` holds their base64 instead.
 */
export function verdictLine(verdict: Verdict, encoded: Encoded): string {
  const { subject, by, moved } = verdict;
  let line = verdict.accepted ? '{"kind":"verdict","accepted":true' : '{"kind":"verdict","accepted":false';
  if (verdict.reasons !== undefined) line += `,"reasons":${JSON.stringify(verdict.reasons.map(reasonInOrder))}`;
  if (verdict.irregular !== undefined) line += `,"irregular":${JSON.stringify(verdict.irregular.map(reasonInOrder))}`;
  if (by !== undefined) line += `,"by":{"id":${quoted(by.id)},"role":${word(by.role)}}`;
  if (verdict.auth !== undefined) line += `,"auth":${word(verdict.auth)}`;
  line += `,"hash":"sha256:${verdict.hash}"`;
  if (verdict.contract !== undefined) line += `,"contract":${word(verdict.contract)}`;
  line += `,"model":${verdict.model},"epoch":${verdict.epoch},"at":"${timeText(verdict.atMs)}"`;
  line += `,"policies":${policiesText(verdict.policies)}`;
  if (subject !== undefined) line += `,"subject":${JSON.stringify(inOrder(subject))}`;
  if (moved !== undefined) line += `,"moved":{"from":${word(moved.from)},"to":${word(moved.to)}}`;
  line += `,"input":${roadText(verdict.road)}`;
  if (encoded.mode === 'binary') line += ',"mode":"binary"';
  return encoded.as === 'json' ? `${line},"decision":${encoded.text}}` : `${line},"decision64":"${encoded.text}"}`;
}

/** Members in fixed order, whoever made the reason. */
function reasonInOrder(one: Reason): Reason {
  const { code, pointer, rule, retryable, detail, values, actual } = one;
  return { code, pointer, rule, retryable, detail, values, actual } as Reason;
}

function inOrder({ id, type, sequence, state, parties, keeps }: SubjectView): SubjectView {
  return { id, type, sequence, state, parties, keeps };
}

function roadText(road: InputRoad): string {
  if (!('via' in road)) {
    return `{"topic":${JSON.stringify(road.topic)},"partition":${road.partition},"offset":${road.offset}}`;
  }
  return road.via === 'http' ? '{"via":"http"}' : '{"via":"clock"}';
}

/** Texts that JSON shows as they are; others go through JSON.stringify. */
const PLAIN = /^[ !#-[\]-~]*$/;

function quoted(text: string): string {
  return PLAIN.test(text) ? `"${text}"` : JSON.stringify(text);
}

const WORDS_MAX = 10_000;
const words = new Map<string, string>();

/** A word of the model or the registry as JSON: the same ones come again and again. */
function word(text: string): string {
  const known = words.get(text);
  if (known !== undefined) return known;
  if (words.size >= WORDS_MAX) words.clear();
  const made = JSON.stringify(text);
  words.set(text, made);
  return made;
}

let timeMs = Number.NaN;
let timeOfMs = '';

/** Many verdicts in a row have the same recorded time. */
function timeText(atMs: number): string {
  if (atMs !== timeMs) {
    timeOfMs = formatTime(atMs);
    timeMs = atMs;
  }
  return timeOfMs;
}

let policies: Readonly<Record<string, number>> | undefined;
let policiesOf = '{}';

/** Many verdicts in a row are judged under the same policy revisions, in one object. */
function policiesText(revisions: Readonly<Record<string, number>>): string {
  if (revisions !== policies) {
    policiesOf = JSON.stringify(revisions);
    policies = revisions;
  }
  return policiesOf;
}
