import { Buffer, isUtf8 } from 'node:buffer';
import { sha256Hex, type JsonObject } from '@tutti/kernel';
import { isSubjectId, readEnvelope } from '../codec/envelope.js';
import { readHeaders } from '../codec/headers.js';
import { DECISION_BYTES_MAX, type ReceivedEvent } from '../codec/read-event.js';
import type { UnreadableEvent } from '../event.js';

/**
 * An event whose content is not looked at, now or when the journal is read again, because that may be what kills the
 * process: it is kept as `{…attributes, "data_base64": …}` (structured mode: without attributes, the whole event in
 * base64), and filed under the record's key.
 */
export function unreadEvent(received: ReceivedEvent): UnreadableEvent {
  const { mode, bytes, key } = received;
  const isKept = bytes.length <= DECISION_BYTES_MAX;
  const body = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const event = mode === 'binary' ? attributesOf(received) : {};
  const { attributes } = readEnvelope(event);
  const text = JSON.stringify({ ...event, data_base64: body.toString('base64') });
  return {
    readable: false,
    reasons: [],
    subject: subjectOfKey(key),
    attributes: isKept ? attributes : {},
    encoded: isKept ? { as: 'json', text, mode } : { as: 'base64', text: '', mode },
    hash: sha256Hex(isKept ? text : body),
  };
}

/** Attributes among the headers; none where one of them is nothing that can be kept. */
function attributesOf({ headers }: ReceivedEvent & { mode: 'binary' }): JsonObject {
  const attributes = [...readHeaders(headers).attributes];
  const isSound = attributes.every(([, value]) => value.isWellFormed() && !value.includes('\0'));
  return isSound ? Object.fromEntries(attributes) : {};
}

/** The subject a record's key names; '' where it can name none. */
function subjectOfKey(key: ReceivedEvent['key']): string {
  if (key === undefined || key === null) return '';
  if (typeof key !== 'string' && !isUtf8(key)) return '';
  const text = typeof key === 'string' ? key : Buffer.from(key).toString('utf8');
  return text.isWellFormed() && isSubjectId(text) ? text : '';
}
