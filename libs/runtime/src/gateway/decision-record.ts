import { readEvent, type DecisionEvent, type ReceivedEvent } from '@tutti/contracts';
import { TuttiError, type Json, type JsonObject } from '@tutti/kernel';
import type { NewRecord } from '../ports/log.js';

const STRUCTURED = Buffer.from('application/cloudevents+json');

/**
 * A decision as a record of the intake topic: in the content mode it came in, so that whoever reads it there has the
 * event that was read here, byte for byte.
 *
 * @throws TuttiError `malformed` no subject can be read in it, or its headers cannot be carried over; `too-large`
 */
export function decisionRecord(event: DecisionEvent): NewRecord {
  const subject = event.readable ? event.attributes.subject : event.subject;
  const [reason] = event.readable ? [] : event.reasons;
  if (reason?.code === 'too-large') throw new TuttiError('too-large', reason.detail, { mend: 'Send less at once.' });
  if (subject === '') {
    throw malformed(reason?.detail ?? 'no subject can be read in the event', 'Send a CloudEvent 1.0 with a subject.');
  }
  const key = Buffer.from(subject);
  const { as, text, mode } = event.encoded;
  if (mode === 'binary') {
    const binary = binaryRecord(event, key);
    if (binary !== undefined) return binary;
  }
  const value = as === 'json' ? Buffer.from(text) : Buffer.from(text, 'base64');
  const record = { key, value, headers: { 'content-type': STRUCTURED } };
  if (mode === 'structured' || isSame({ mode: 'structured', bytes: value, key }, event)) return record;
  throw malformed(reason?.detail ?? 'its headers cannot be carried over', 'Send the event in structured mode.');
}

/** The attributes as headers, the data as the body; undefined where that would be read as another event. */
function binaryRecord(event: DecisionEvent, key: Buffer): NewRecord | undefined {
  const { encoded } = event;
  const text = encoded.as === 'json' ? encoded.text : Buffer.from(encoded.text, 'base64').toString('utf8');
  const { data, data_base64, ...attributes } = JSON.parse(text) as JsonObject;
  const headers: Record<string, Buffer> = {};
  let head = '';
  for (const [name, value] of Object.entries(attributes)) {
    if (typeof value !== 'string') return undefined;
    headers[name === 'datacontenttype' ? 'content-type' : `ce_${name}`] = Buffer.from(value);
    head += `${head === '' ? '{' : ','}${JSON.stringify(name)}:${JSON.stringify(value)}`;
  }
  const value = bodyOf(text, head, data, data_base64);
  if (value === undefined || !isSame({ mode: 'binary', headers, bytes: value, key }, event)) return undefined;
  return { key, value, headers };
}

function bodyOf(text: string, head: string, data: Json | undefined, base64: Json | undefined): Buffer | undefined {
  if (typeof base64 === 'string') return Buffer.from(base64, 'base64');
  if (data === undefined) return Buffer.alloc(0);
  const before = `${head === '' ? '{' : `${head},`}"data":`;
  return text.startsWith(before) ? Buffer.from(text.slice(before.length, -1)) : undefined;
}

/** Whether bytes will be read as the event that is at hand. */
function isSame(received: ReceivedEvent, { readable, encoded }: DecisionEvent): boolean {
  const read = readEvent(received);
  return read.readable === readable && read.encoded.as === encoded.as && read.encoded.text === encoded.text;
}

function malformed(message: string, mend: string): TuttiError {
  return new TuttiError('malformed', message, { mend });
}
