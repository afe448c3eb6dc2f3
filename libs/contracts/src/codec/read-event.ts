import { Buffer, isAscii, isUtf8 } from 'node:buffer';
import { parseJson, sha256Hex, type Json, type JsonObject } from '@tutti/kernel';
import type { Attributes, DecisionEvent, Encoded, UnreadableEvent } from '../event.js';
import { reason } from '../reason.js';
import { isSubjectId, readEnvelope } from './envelope.js';
import { readHeaders, type Headers } from './headers.js';
import { hasForbiddenEscape, isDeeperThan, trimmedRange } from './json-text.js';

/** Most bytes a decision may have. */
export const DECISION_BYTES_MAX = 512 * 1024;
/** Deepest nesting of a decision, the event object itself counted. */
export const DECISION_DEPTH_MAX = 64;

/** The bytes of one event as a transport hands them over. `key`: the record's key on Kafka. */
export type ReceivedEvent =
  | { mode: 'structured'; bytes: Uint8Array; key?: Uint8Array | string | null }
  | { mode: 'binary'; headers: Headers; bytes: Uint8Array; key?: Uint8Array | string | null };

/**
 * Reads a CloudEvents 1.0 event in either content mode. Never throws: what cannot be read comes back with its reasons
 * (`unreadable`, `too-large`, `envelope-invalid`) and gets its verdict all the same. Values are parsed once; numbers
 * beyond 2^53 are left to the contract's schema.
 */
export function readEvent(received: ReceivedEvent): DecisionEvent {
  return received.mode === 'structured' ? readStructured(received) : readBinary(received);
}

function readStructured({ bytes: received, key }: ReceivedEvent & { mode: 'structured' }): DecisionEvent {
  if (received.length > DECISION_BYTES_MAX) return tooLarge(received, 'structured', filedUnder(key));
  const { start, end } = trimmedRange(received);
  const bytes = part(received, start, end);
  if (bytes.length === 0) return unreadable(received, key, 'there is no event: the body is empty');
  const ascii = isAscii(bytes);
  if (!ascii && !isUtf8(bytes)) return unreadable(received, key, 'the bytes are no UTF-8');
  const text = bytes.toString(ascii ? 'latin1' : 'utf8');
  let value: Json;
  try {
    value = parseJson(text);
  } catch (error) {
    return unreadable(received, key, `the bytes are no JSON${place(error)}`);
  }
  // Without an escape no text in it can hold a control character but U+007F and those beyond ASCII.
  const plain = ascii && !text.includes('\\') && !text.includes('\u007f');
  if (!plain && hasForbiddenEscape(text)) return unreadable(received, key, FORBIDDEN);
  const encoded: Encoded = !text.includes('\n')
    ? { as: 'json', text, mode: 'structured', bytes }
    : { as: 'base64', text: bytes.toString('base64'), mode: 'structured' };
  const hash = sha256Hex(bytes);
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    // Whoever shows it must be able to write it.
    if (isDeeperThan(value, DECISION_DEPTH_MAX)) return tooLarge(received, 'structured', filedUnder(key));
    const reasons = [reason('envelope-invalid', 'the event must be a JSON object', { pointer: '' })];
    return { readable: false, reasons, subject: filedUnder(key), attributes: {}, encoded, hash };
  }
  if (isDeeperThan(value, DECISION_DEPTH_MAX)) return tooLarge(received, 'structured', filedUnder(key, value));
  return fromObject(value, encoded, hash, key, plain);
}

function readBinary({ headers, bytes: received, key }: ReceivedEvent & { mode: 'binary' }): DecisionEvent {
  const { attributes, undecodable } = readHeaders(headers);
  const event = Object.fromEntries(attributes) as JsonObject;
  if (received.length > DECISION_BYTES_MAX) return tooLarge(received, 'binary', filedUnder(key, event));
  let head = '';
  let hasForbidden = false;
  for (const [name, value] of attributes) {
    if (!value.isWellFormed() || value.includes('\0')) hasForbidden = true;
    head += `${head === '' ? '{' : ','}${JSON.stringify(name)}:${JSON.stringify(value.toWellFormed())}`;
  }
  if (head === '') head = '{';
  const separator = head === '{' ? '' : ',';
  const { start, end } = trimmedRange(received);
  const body = part(received, start, end);

  let problem = hasForbidden ? FORBIDDEN : undefined;
  let data: Json | undefined;
  const bodyText = isUtf8(body) ? body.toString('utf8') : undefined;
  if (problem === undefined && body.length > 0) {
    if (bodyText === undefined) problem = 'the body is no UTF-8';
    else {
      try {
        data = parseJson(bodyText);
        if (hasForbiddenEscape(bodyText)) problem = FORBIDDEN;
      } catch (error) {
        problem = `the body is no JSON${place(error)}`;
      }
    }
  }
  if (problem !== undefined) {
    const text = `${head}${separator}"data_base64":"${Buffer.from(received).toString('base64')}"}`;
    const encoded: Encoded = { as: 'json', text, mode: 'binary' };
    const reasons = [reason('unreadable', problem)];
    return {
      readable: false,
      reasons,
      subject: filedUnder(key, event),
      attributes: hasForbidden ? {} : readEnvelope(event).attributes,
      encoded: hasForbidden ? { ...encoded, as: 'base64', text: Buffer.from(text).toString('base64') } : encoded,
      hash: sha256Hex(text),
    };
  }
  const text = data === undefined ? `${head}}` : `${head}${separator}"data":${bodyText}}`;
  if (data !== undefined) event['data'] = data;
  const encoded: Encoded = text.includes('\n')
    ? { as: 'base64', text: Buffer.from(text).toString('base64'), mode: 'binary' }
    : { as: 'json', text, mode: 'binary' };
  if (isDeeperThan(event, DECISION_DEPTH_MAX)) return tooLarge(received, 'binary', filedUnder(key, event));
  const read = fromObject(event, encoded, sha256Hex(text), key);
  if (undecodable.length === 0) return read;
  const reasons = undecodable.map((name) =>
    reason('envelope-invalid', `header ${name} is given twice, or is no percent-encoded UTF-8`, {
      pointer: `/${name}`,
    }),
  );
  const more = read.readable ? [] : read.reasons;
  const { attributes: readable, hash } = read;
  const subject = filedUnder(key, event);
  return {
    readable: false,
    reasons: [...reasons, ...more],
    subject,
    attributes: readable,
    encoded: read.encoded,
    hash,
  };
}

function fromObject(
  event: JsonObject,
  encoded: Encoded,
  hash: string,
  key: ReceivedEvent['key'],
  plain = false,
): DecisionEvent {
  const { attributes, problems } = readEnvelope(event, plain);
  if (problems.length === 0) {
    return { readable: true, attributes: attributes as Attributes, data: event['data'], event, encoded, hash };
  }
  return { readable: false, reasons: problems, subject: filedUnder(key, event), attributes, encoded, hash };
}

function part(bytes: Uint8Array, start: number, end: number): Buffer {
  if (start === 0 && end === bytes.length && Buffer.isBuffer(bytes)) return bytes;
  return Buffer.from(bytes.buffer, bytes.byteOffset + start, end - start);
}

/** Where the text breaks off, if the parser says so; never the text itself, which may hold anything. */
function place(error: unknown): string {
  const found = /position (\d+)/.exec((error as Error).message);
  return found === null ? '' : ` (character ${found[1]})`;
}

const FORBIDDEN = 'the event holds U+0000 or a lone surrogate, which not every store can keep';

function unreadable(received: Uint8Array, key: ReceivedEvent['key'], detail: string): UnreadableEvent {
  const encoded: Encoded = { as: 'base64', text: Buffer.from(received).toString('base64'), mode: 'structured' };
  const reasons = [reason('unreadable', detail)];
  return { readable: false, reasons, subject: filedUnder(key), attributes: {}, encoded, hash: sha256Hex(received) };
}

function tooLarge(received: Uint8Array, mode: Encoded['mode'], subject: string): UnreadableEvent {
  const detail =
    received.length > DECISION_BYTES_MAX
      ? `${received.length} bytes; a decision may have ${DECISION_BYTES_MAX}`
      : `nested deeper than ${DECISION_DEPTH_MAX} levels`;
  const encoded: Encoded = { as: 'base64', text: '', mode };
  const reasons = [reason('too-large', detail)];
  return { readable: false, reasons, subject, attributes: {}, encoded, hash: sha256Hex(received) };
}

/** The subject of the envelope if there is a fit one, else the record's key if that is fit, else ''. */
function filedUnder(key: ReceivedEvent['key'], event?: JsonObject): string {
  const named = event?.['subject'];
  if (typeof named === 'string' && named.isWellFormed() && isSubjectId(named)) return named;
  if (key === undefined || key === null) return '';
  if (typeof key !== 'string' && !isUtf8(key)) return '';
  const text = typeof key === 'string' ? key : Buffer.from(key).toString('utf8');
  return text.isWellFormed() && isSubjectId(text) ? text : '';
}
