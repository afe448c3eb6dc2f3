import { Buffer } from 'node:buffer';
import { formatTime, parseJson, type Json } from '@tutti/kernel';
import type { DecisionEvent, Encoded } from '../event.js';
import type { Verdict, WireVerdict } from '../verdict.js';
import { VERDICT_LINE_START } from './verdict-line.js';

/**
 * A verdict as outsiders read it.
 *
 * @param event the decision's event where it is at hand; else its bytes are parsed again
 */
export function wireVerdict(
  verdict: Verdict,
  encoded: Encoded,
  partition: number,
  revision: number,
  event?: DecisionEvent,
): WireVerdict {
  const { accepted, reasons, irregular, by, auth, contract, model, epoch, policies, subject, moved } = verdict;
  return {
    accepted,
    ...(reasons !== undefined && { reasons }),
    ...(irregular !== undefined && { irregular }),
    ...(by !== undefined && { by }),
    ...(auth !== undefined && { auth }),
    hash: `sha256:${verdict.hash}`,
    ...(contract !== undefined && { contract }),
    model,
    epoch,
    at: formatTime(verdict.atMs),
    policies,
    ...(subject !== undefined && { subject }),
    ...(moved !== undefined && { moved }),
    input: verdict.road,
    decision: event?.readable === true ? event.event : decisionJson(encoded),
    position: positionOf(partition, revision),
    partition,
    revision,
  };
}

/** `3-1207` */
export function positionOf(partition: number, revision: number): string {
  return `${partition}-${revision}`;
}

/**
 * The JSON text of {@link wireVerdict}, spliced from the verdict's record without parsing it: what HTTP answers with.
 *
 * @param head the record as far as `verdictHead` makes it
 */
export function wireText(head: string, encoded: Encoded, partition: number, revision: number): string {
  const mode = encoded.mode === 'binary' ? ',"mode":"binary"' : '';
  const tail = `,"position":"${partition}-${revision}","partition":${partition},"revision":${revision}}`;
  const member = encoded.as === 'json' ? `${mode},"decision":` : `${mode},"decision64":"`;
  const verdict = head.slice(VERDICT_LINE_START.length, head.length - member.length);
  const decision = encoded.as === 'json' ? encoded.text : JSON.stringify(decisionJson(encoded));
  return `{${verdict},"decision":${decision}${tail}`;
}

/** The event as JSON; `{ base64 }` where its bytes are none. */
function decisionJson(encoded: Encoded): Json {
  if (encoded.as === 'json') return parseJson(encoded.text);
  try {
    return parseJson(Buffer.from(encoded.text, 'base64').toString('utf8'));
  } catch {
    return { base64: encoded.text };
  }
}
