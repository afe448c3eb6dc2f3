import { isParticipantId, isSubjectId, type InputRoad } from '@tutti/contracts';

/** What a verdict's record says at its beginning, read without parsing it; see {@link glanceAtVerdict}. */
export interface VerdictGlance {
  accepted: boolean;
  /** JSON text of the reasons, of a refusal or an irregularity; Latin-1 of its bytes. */
  findings: string | undefined;
  /** Code of the first of them. */
  code: string | undefined;
  /** `order.ship@2` */
  contract: string | undefined;
  epoch: number;
  /** RFC 3339, UTC. */
  at: string;
  subject: string | undefined;
  /** Offset in the intake topic; undefined where it came by another road. */
  offset: number | undefined;
  /** Of the decision, where its envelope could be read. */
  type: string | undefined;
  source: string | undefined;
  id: string | undefined;
  /** Byte offset after the members that come before the decision. */
  headEnd: number;
  /** Byte offset of the decision's JSON. It ends one byte before the record does. */
  decision: number;
}

const START = '{"kind":"verdict",';
/** Byte offset of a verdict's first member after `kind`. */
export const VERDICT_MEMBERS = START.length;
const ACCEPTED = `${START}"accepted":`;
const HASH = ',"hash":"sha256:';
const CODE = /^\[\{"code":"([a-z-]+)"/;
const AT_LENGTH = 24;
const PARTICIPANTS = '/participants/';

/**
 * Reads a verdict's record as it was laid out by `verdictLine`: members in fixed order, the decision last. Several times
 * cheaper than to parse it, and says the same.
 *
 * @returns undefined where it is laid out otherwise or keeps its decision as base64: then it has to be parsed
 */
export function glanceAtVerdict(line: Buffer): VerdictGlance | undefined {
  // Each character is one byte: offsets in the text are those in the record.
  const text = line.toString('latin1');
  if (!text.startsWith(ACCEPTED)) return undefined;
  const accepted = text.startsWith('true', ACCEPTED.length);
  let at = ACCEPTED.length + (accepted ? 4 : 5);

  let findings: string | undefined;
  for (const member of [',"reasons":', ',"irregular":']) {
    if (!text.startsWith(member, at)) continue;
    const start = at + member.length;
    at = valueEnd(text, start);
    findings ??= text.slice(start, at);
  }
  if (text.startsWith(',"by":', at)) at = valueEnd(text, at + 6);
  if (text.startsWith(',"auth":', at)) at = valueEnd(text, at + 8);
  if (!text.startsWith(HASH, at)) return undefined;
  at += HASH.length + 65;
  let contract: string | undefined;
  if (text.startsWith(',"contract":', at)) {
    const start = at + 12;
    at = valueEnd(text, start);
    contract = stringAt(line, text, start, at);
  }
  if (!text.startsWith(',"model":', at)) return undefined;
  at = numberEnd(text, at + 9);
  if (!text.startsWith(',"epoch":', at)) return undefined;
  const epochAt = at + 9;
  at = numberEnd(text, epochAt);
  const epoch = Number(text.slice(epochAt, at));
  if (!text.startsWith(',"at":"', at)) return undefined;
  const time = text.slice(at + 7, at + 7 + AT_LENGTH);
  at += 7 + AT_LENGTH + 1;
  if (!text.startsWith(',"policies":', at)) return undefined;
  at = valueEnd(text, at + 12);
  let subject: string | undefined;
  if (text.startsWith(',"subject":{"id":', at)) {
    const start = at + 17;
    subject = stringAt(line, text, start, valueEnd(text, start));
    at = valueEnd(text, at + 11);
  }
  if (text.startsWith(',"moved":', at)) at = valueEnd(text, at + 9);
  if (!text.startsWith(',"input":', at)) return undefined;
  const road = at + 9;
  at = valueEnd(text, road);
  const headEnd = at;
  if (text.startsWith(',"mode":"binary"', at)) at += 16;
  if (!text.startsWith(',"decision":', at)) return undefined;
  const decision = at + 12;

  const named = attributesOf(line, text, decision);
  if (named === undefined) return undefined;
  const isClock = text.startsWith('{"via":"clock"', road);
  return {
    accepted,
    findings,
    code: findings === undefined ? undefined : CODE.exec(findings)?.[1],
    contract,
    epoch,
    at: time,
    subject,
    offset: offsetOf(text, road, headEnd),
    type: isText(named.type) ? named.type : undefined,
    source: isClock || isSource(named.source) ? (named.source as string) : undefined,
    id: isText(named.id) ? named.id : undefined,
    headEnd,
    decision,
  };
}

/** Offset in the intake topic of an input's road. */
export function offsetOfRoad(road: InputRoad): number | undefined {
  return 'offset' in road ? road.offset : undefined;
}

function offsetOf(text: string, start: number, end: number): number | undefined {
  if (text.startsWith('{"via":', start)) return undefined;
  const at = text.lastIndexOf(',"offset":', end);
  return at < start ? undefined : Number(text.slice(at + 10, end - 1));
}

function isText(value: unknown): boolean {
  return typeof value === 'string' && isSubjectId(value);
}

function isSource(value: unknown): boolean {
  return (
    typeof value === 'string' && value.startsWith(PARTICIPANTS) && isParticipantId(value.slice(PARTICIPANTS.length))
  );
}

interface Named {
  type?: string | undefined;
  source?: string | undefined;
  id?: string | undefined;
}

/** Members of the decision's own level: the last of a name counts, as in JSON.parse. Undefined: it has to be parsed. */
function attributesOf(line: Buffer, text: string, start: number): Named | undefined {
  const named: Named = {};
  if (text.charCodeAt(start) !== OPEN_OBJECT) return named;
  let at = space(text, start + 1);
  while (text.charCodeAt(at) === QUOTE) {
    const nameEnd = stringEnd(text, at);
    const name = text.slice(at + 1, nameEnd - 1);
    if (name.includes('\\')) return undefined;
    at = space(text, nameEnd);
    const value = space(text, at + 1);
    const end = valueEnd(text, value);
    if (name === 'id' || name === 'type' || name === 'source') {
      named[name] = text.charCodeAt(value) === QUOTE ? stringAt(line, text, value, end) : undefined;
    }
    at = space(text, end);
    if (text.charCodeAt(at) === COMMA) at = space(text, at + 1);
  }
  return named;
}

const QUOTE = 0x22;
const COMMA = 0x2c;
const BACKSLASH = 0x5c;
const OPEN_OBJECT = 0x7b;
const CLOSE_OBJECT = 0x7d;
const OPEN_ARRAY = 0x5b;
const CLOSE_ARRAY = 0x5d;

/** A JSON string between two byte offsets, quotes included, undone. */
function stringAt(line: Buffer, text: string, start: number, end: number): string {
  const inner = text.slice(start + 1, end - 1);
  if (inner.includes('\\')) return JSON.parse(line.toString('utf8', start, end)) as string;
  return isAscii(inner) ? inner : line.toString('utf8', start + 1, end - 1);
}

function isAscii(text: string): boolean {
  for (let i = 0; i < text.length; i++) if (text.charCodeAt(i) > 0x7f) return false;
  return true;
}

function space(text: string, from: number): number {
  let at = from;
  while (at < text.length && text.charCodeAt(at) <= 0x20) at++;
  return at;
}

function numberEnd(text: string, from: number): number {
  let at = from;
  for (; at < text.length; at++) {
    const unit = text.charCodeAt(at);
    if (unit === COMMA || unit === CLOSE_OBJECT || unit === CLOSE_ARRAY || unit <= 0x20) break;
  }
  return at;
}

/** Longer texts are searched for their end, shorter ones looked through. */
const SHORT = 32;

/** Where a string ends, given the place of its opening quote. */
function stringEnd(text: string, opening: number): number {
  for (let at = opening + 1; at < opening + SHORT; at++) {
    const unit = text.charCodeAt(at);
    if (unit === QUOTE) return at + 1;
    if (unit === BACKSLASH) break;
  }
  let at = text.indexOf('"', opening + 1);
  while (at !== -1) {
    let before = at - 1;
    while (text.charCodeAt(before) === BACKSLASH) before--;
    if ((at - before) % 2 === 1) return at + 1;
    at = text.indexOf('"', at + 1);
  }
  return text.length;
}

/** Where a JSON value ends, given where it begins. */
function valueEnd(text: string, start: number): number {
  const first = text.charCodeAt(start);
  if (first === QUOTE) return stringEnd(text, start);
  if (first !== OPEN_OBJECT && first !== OPEN_ARRAY) return numberEnd(text, start);
  let depth = 0;
  for (let at = start; at < text.length; at++) {
    const unit = text.charCodeAt(at);
    if (unit === QUOTE) at = stringEnd(text, at) - 1;
    else if (unit === OPEN_OBJECT || unit === OPEN_ARRAY) depth++;
    else if ((unit === CLOSE_OBJECT || unit === CLOSE_ARRAY) && --depth === 0) return at + 1;
  }
  return text.length;
}
