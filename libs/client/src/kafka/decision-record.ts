import type { JsonObject } from '@tutti/kernel';
import type { Envelope } from '../event.js';
import type { SentRecord } from './kafka-port.js';

/** What Kafka adds to a record and a batch, at most, beside keys, values and headers. */
const OVERHEAD_BYTES = 32;

/**
 * A decision as a record: CloudEvents' Kafka binding in binary mode. The key is the subject, each attribute a header
 * `ce_NAME`, the value is `data` (empty where there is none).
 */
export function decisionRecord({ event, name }: Envelope): SentRecord {
  const headers: Record<string, string> = { 'content-type': 'application/json' };
  const { data, ...attributes }: JsonObject = event;
  for (const [attribute, value] of Object.entries(attributes)) {
    if (value !== null) headers[`ce_${attribute}`] = String(value);
  }
  return {
    key: name.subject,
    headers,
    value: data === undefined ? new Uint8Array(0) : Buffer.from(JSON.stringify(data)),
  };
}

/** Bytes a record takes in a batch, or a little less than this. */
export function bytesOf({ key, value, headers }: SentRecord): number {
  let bytes = OVERHEAD_BYTES + Buffer.byteLength(key) + value.length;
  for (const name in headers) bytes += 8 + name.length + Buffer.byteLength(headers[name]!);
  return bytes;
}
