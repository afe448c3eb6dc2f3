import { formatTime } from '@tutti/kernel';
import type { Encoded, InputRoad } from '../event.js';
import type { Reason } from '../reason.js';
import type { SubjectView } from '../subject.js';
import type { Verdict } from '../verdict.js';
import { quoted, recordText, revisionsText, word } from './json-words.js';

/** What every verdict's record begins with. */
export const VERDICT_LINE_START = '{"kind":"verdict",';

/**
 * The journal's record of a verdict: one line of JSON, without line feed. Members in fixed order, `decision` last: the
 * event's own bytes as received. Where they are no single line of JSON, `decision64` holds their base64 instead.
 */
export function verdictLine(verdict: Verdict, encoded: Encoded): string {
  return verdictHead(verdict, encoded) + encoded.text + verdictTail(encoded);
}

/** The record up to the decision's own bytes. */
export function verdictHead(verdict: Verdict, encoded: Encoded): string {
  const { subject, by, moved } = verdict;
  let line = verdict.accepted ? '{"kind":"verdict","accepted":true' : '{"kind":"verdict","accepted":false';
  if (verdict.reasons !== undefined) line += `,"reasons":${JSON.stringify(verdict.reasons.map(reasonInOrder))}`;
  if (verdict.irregular !== undefined) line += `,"irregular":${JSON.stringify(verdict.irregular.map(reasonInOrder))}`;
  if (by !== undefined) line += `,"by":{"id":${quoted(by.id)},"role":${word(by.role)}}`;
  if (verdict.auth !== undefined) line += `,"auth":${word(verdict.auth)}`;
  line += `,"hash":"sha256:${verdict.hash}"`;
  if (verdict.contract !== undefined) line += `,"contract":${word(verdict.contract)}`;
  line += `,"model":${verdict.model},"epoch":${verdict.epoch},"at":"${formatTime(verdict.atMs)}"`;
  line += `,"policies":${revisionsText(verdict.policies)}`;
  if (subject !== undefined) line += `,"subject":${subjectText(subject)}`;
  if (moved !== undefined) line += `,"moved":{"from":${word(moved.from)},"to":${word(moved.to)}}`;
  line += `,"input":${roadText(verdict.road)}`;
  if (encoded.mode === 'binary') line += ',"mode":"binary"';
  return encoded.as === 'json' ? `${line},"decision":` : `${line},"decision64":"`;
}

/** What follows the decision's bytes. */
export function verdictTail(encoded: Encoded): string {
  return encoded.as === 'json' ? '}' : '"}';
}

/** Members in fixed order, whoever made the reason. */
function reasonInOrder(one: Reason): Reason {
  const { code, pointer, rule, retryable, detail, values, actual } = one;
  return { code, pointer, rule, retryable, detail, values, actual } as Reason;
}

function subjectText({ id, type, sequence, state, parties, keeps }: SubjectView): string {
  const head = `{"id":${quoted(id)},"type":${word(type)},"sequence":${sequence},"state":${word(state)}`;
  return `${head},"parties":${recordText(parties)},"keeps":${recordText(keeps)}}`;
}

function roadText(road: InputRoad): string {
  if (!('via' in road)) {
    return `{"topic":${word(road.topic)},"partition":${road.partition},"offset":${road.offset}}`;
  }
  return road.via === 'http' ? '{"via":"http"}' : '{"via":"clock"}';
}
