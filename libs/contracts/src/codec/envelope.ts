import type { Json, JsonObject } from '@tutti/kernel';
import type { Attributes } from '../event.js';
import { reason, type Reason } from '../reason.js';
import { readEventTime } from './event-time.js';

/** What the envelope of an event says, and what is wrong with it (empty: nothing). */
export interface Envelope {
  attributes: Partial<Attributes>;
  problems: Reason[];
}

const SOURCE_PREFIX = '/participants/';
/** Control characters of CloudEvents' type String (U+0000-001F, U+007F-009F). */
// oxlint-disable-next-line eslint/no-control-regex
const CONTROL = /[\u0000-\u001f\u007f-\u009f]/;
// oxlint-disable-next-line eslint/no-control-regex
const NOT_IN_ID = /[\s/\u0000-\u001f\u007f-\u009f]/;
const ATTRIBUTE_NAME = /^[a-z0-9]+$/;
const JSON_MEDIA_TYPE = /^\s*[\w!#$&^.+-]+\/(?:[\w!#$&^.-]+\+)?json\s*(?:;\s*charset\s*=\s*"?utf-?8"?\s*)?$/i;
const INT32_MAX = 2_147_483_647;

/**
 * Reads the attributes of an event in structured form by the rules of CloudEvents 1.0 and of Tutti (DESIGN §3, §11):
 * `source` is `/participants/ID`, `subject` is required. Values of the wrong type may come as text, as they do in
 * binary mode (`basedon: "1"`). `null` is an attribute that is not set.
 *
 * @param plain true where it is known already that no text in the event holds a control character
 */
export function readEnvelope(event: JsonObject, plain = false): Envelope {
  const attributes: Partial<Attributes> = {
    id: undefined,
    source: undefined,
    participant: undefined,
    type: undefined,
    subject: undefined,
    time: undefined,
    timeMs: undefined,
    dataschema: undefined,
    basedon: undefined,
    exact: undefined,
    signature: undefined,
    traceparent: undefined,
    causationid: undefined,
  };
  const problems: Reason[] = [];
  let specversion: Json | undefined;
  for (const name in event) {
    const value = event[name]!;
    if (name === 'data' || value === null) continue;
    if (name === 'specversion') specversion = value;
    else readAttribute(name, value, attributes, problems, plain);
  }
  if (specversion !== '1.0') problems.push(invalid('specversion', 'must be "1.0"', specversion));
  for (const name of REQUIRED) {
    if (attributes[name] === undefined && (event[name] ?? null) === null) {
      problems.push(invalid(name, 'is missing', undefined));
    }
  }
  if (attributes.exact === true && attributes.basedon === undefined) {
    problems.push(invalid('exact', 'needs basedon: the sequence the subject must still be at', undefined));
  }
  return { attributes, problems };
}

const REQUIRED = ['id', 'source', 'type', 'subject'] as const;

function readAttribute(
  name: string,
  value: Json,
  attributes: Partial<Attributes>,
  problems: Reason[],
  plain: boolean,
): void {
  switch (name) {
    case 'id':
    case 'type':
    case 'subject':
      if (isText(value, 256, plain)) attributes[name] = value;
      else problems.push(invalid(name, 'must be 1 to 256 characters, none of them a control character', value));
      break;
    case 'source':
      readSource(value, attributes, problems);
      break;
    case 'time':
      readTime(value, attributes, problems);
      break;
    case 'basedon':
      readBasedOn(value, attributes, problems);
      break;
    case 'exact':
      if (value === true || value === 'true') attributes.exact = true;
      else if (value !== false && value !== 'false') problems.push(invalid(name, 'must be true or false', value));
      break;
    case 'dataschema':
    case 'signature':
    case 'traceparent':
    case 'causationid':
      if (isText(value, 4096, plain)) attributes[name] = value;
      else problems.push(invalid(name, 'must be a text without control characters', value));
      break;
    case 'datacontenttype':
      if (value === 'application/json' || (typeof value === 'string' && JSON_MEDIA_TYPE.test(value))) break;
      problems.push(invalid(name, 'must be application/json: decisions carry JSON in UTF-8', value));
      break;
    case 'data_base64':
      problems.push(invalid(name, 'is not read: put the payload into "data" as JSON', undefined));
      break;
    default:
      checkExtension(name, value, problems, plain);
  }
}

/** Whether a text can name a subject: 1 to 256 characters, none of them a control character. */
export function isSubjectId(text: string): boolean {
  return isText(text, 256, false);
}

/** Whether a text can name a participant: 1 to 128 characters, no white space, no `/`, no control character. */
export function isParticipantId(text: string): boolean {
  return text.length > 0 && text.length <= 128 && !NOT_IN_ID.test(text);
}

function readSource(value: Json, attributes: Partial<Attributes>, problems: Reason[]): void {
  if (typeof value === 'string' && value.startsWith(SOURCE_PREFIX)) {
    const participant = value.slice(SOURCE_PREFIX.length);
    if (isParticipantId(participant)) {
      attributes.source = value;
      attributes.participant = participant;
      return;
    }
  }
  problems.push(invalid('source', 'must be /participants/ID, ID 1 to 128 characters without space or slash', value));
}

function readTime(value: Json, attributes: Partial<Attributes>, problems: Reason[]): void {
  const timeMs = typeof value === 'string' ? readEventTime(value) : undefined;
  if (timeMs === undefined) problems.push(invalid('time', 'must be an RFC 3339 time', value));
  else {
    attributes.time = value as string;
    attributes.timeMs = timeMs;
  }
}

function readBasedOn(value: Json, attributes: Partial<Attributes>, problems: Reason[]): void {
  const sequence = typeof value === 'string' && /^\d{1,10}$/.test(value) ? Number(value) : value;
  if (Number.isInteger(sequence) && (sequence as number) >= 0 && (sequence as number) <= INT32_MAX) {
    attributes.basedon = sequence as number;
  } else problems.push(invalid('basedon', 'must be the sequence of the subject you decided on, an integer', value));
}

function checkExtension(name: string, value: Json, problems: Reason[], plain: boolean): void {
  if (!ATTRIBUTE_NAME.test(name)) {
    problems.push(invalid(name, 'is no attribute name: lower-case letters and digits only', undefined));
  } else if (typeof value === 'string') {
    if (!plain && CONTROL.test(value)) problems.push(invalid(name, 'must not hold control characters', undefined));
  } else if (typeof value === 'number') {
    if (!Number.isInteger(value) || Math.abs(value) > INT32_MAX) {
      problems.push(invalid(name, 'must be an integer of 32 bits; write other numbers as text', value));
    }
  } else if (typeof value !== 'boolean') {
    problems.push(invalid(name, 'must be a text, an integer or a boolean: attributes do not nest', undefined));
  }
}

function isText(value: Json, lengthMax: number, plain: boolean): value is string {
  return typeof value === 'string' && value.length > 0 && value.length <= lengthMax && (plain || !CONTROL.test(value));
}

function invalid(attribute: string, what: string, actual: Json | undefined): Reason {
  const pointer = `/${attribute.replaceAll('~', '~0').replaceAll('/', '~1')}`;
  return reason('envelope-invalid', `${attribute} ${what}`, actual === undefined ? { pointer } : { pointer, actual });
}
