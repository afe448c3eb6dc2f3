import { Buffer } from 'node:buffer';
import { parseJson, TuttiError, type Json, type JsonObject } from '@tutti/kernel';
import { readEnvelope } from '../codec/envelope.js';
import { readEventTime } from '../codec/event-time.js';
import { readEvent } from '../codec/read-event.js';
import type { Attributes, DecisionEvent, Encoded, InputRoad } from '../event.js';
import { usesIdUp, type Reason } from '../reason.js';
import type { SubjectView } from '../subject.js';
import type { Verdict } from '../verdict.js';

/** What a verdict's record holds. */
export interface RecordedVerdict {
  verdict: Verdict;
  encoded: Encoded;
  event: DecisionEvent;
}

interface Recorded {
  kind: string;
  accepted: boolean;
  reasons?: Reason[];
  irregular?: Reason[];
  by?: { id: string; role: string };
  auth?: string;
  hash: string;
  contract?: string;
  model: number;
  epoch: number;
  at: string;
  policies: Record<string, number>;
  subject?: SubjectView;
  moved?: { from: string; to: string };
  input: InputRoad;
  mode?: 'binary';
  decision?: Json;
  decision64?: string;
}

const HASH_PREFIX = 'sha256:';

/**
 * Reads a verdict's record back; the inverse of {@link verdictLine}, to the byte.
 *
 * @throws TuttiError `corrupt`: the line is no verdict's record
 */
export function parseVerdictLine(line: string | Uint8Array): RecordedVerdict {
  const text = typeof line === 'string' ? line : Buffer.from(line.buffer, line.byteOffset, line.length).toString();
  let record: Recorded | null;
  try {
    record = parseJson(text) as unknown as Recorded | null;
  } catch (cause) {
    throw corrupt('it is no JSON', cause);
  }
  if (!isVerdict(record)) throw corrupt('it is no verdict');
  const hash = record.hash.slice(HASH_PREFIX.length);
  const encoded = encodedOf(text.trimEnd(), record);
  const subjectId = record.subject?.id ?? '';
  const event = eventOf(record, encoded, hash, subjectId);
  const { attributes } = event;
  const verdict: Verdict = {
    accepted: record.accepted,
    reasons: record.reasons,
    irregular: record.irregular,
    type: attributes.type,
    source: attributes.source,
    id: attributes.id,
    by: record.by,
    auth: record.auth,
    hash,
    contract: record.contract,
    model: record.model,
    epoch: record.epoch,
    atMs: readEventTime(record.at)!,
    policies: record.policies,
    subject: record.subject,
    moved: record.moved,
    road: record.input,
    usesId: usesIdUp(record.accepted, record.reasons),
  };
  return { verdict, encoded, event };
}

function isVerdict(record: Recorded | null): record is Recorded {
  return (
    record?.kind === 'verdict' &&
    typeof record.hash === 'string' &&
    record.hash.startsWith(HASH_PREFIX) &&
    typeof record.at === 'string' &&
    typeof record.input === 'object' &&
    record.input !== null
  );
}

function encodedOf(text: string, record: Recorded): Encoded {
  const mode = record.mode ?? 'structured';
  if (record.decision64 !== undefined) return { as: 'base64', text: record.decision64, mode };
  const start = decisionStart(text);
  if (start < 0) throw corrupt('it holds no decision');
  return { as: 'json', text: text.slice(start, -1), mode };
}

const DECISION = '"decision":';

/** Where the value of the outermost member `decision` begins; kept fields may have members of that name. */
function decisionStart(text: string): number {
  let depth = 0;
  for (let at = 0; at < text.length; at++) {
    const unit = text.charCodeAt(at);
    if (unit === 0x22) {
      if (depth === 1 && text.startsWith(DECISION, at)) return at + DECISION.length;
      at = endOfString(text, at);
    } else if (unit === 0x7b || unit === 0x5b) depth++;
    else if (unit === 0x7d || unit === 0x5d) depth--;
  }
  return -1;
}

function endOfString(text: string, opening: number): number {
  for (let at = opening + 1; ; at++) {
    const unit = text.charCodeAt(at);
    if (unit === 0x5c) at++;
    else if (unit === 0x22) return at;
  }
}

/** The event again, from its bytes; where the verdict says it could not be read, with the verdict's reasons. */
function eventOf(record: Recorded, encoded: Encoded, hash: string, subject: string): DecisionEvent {
  const isClock = 'via' in record.input && record.input.via === 'clock';
  if (encoded.as === 'base64') {
    const reread = readEvent({ mode: 'structured', bytes: Buffer.from(encoded.text, 'base64'), key: subject });
    if (reread.readable) return { ...reread, encoded, hash };
    return { ...reread, reasons: record.reasons ?? reread.reasons, subject, encoded, hash };
  }
  const event = record.decision as JsonObject;
  const isObject = typeof event === 'object' && event !== null && !Array.isArray(event);
  const { attributes, problems } = isObject ? readEnvelope(event) : { attributes: {}, problems: NOT_AN_OBJECT };
  if (isClock) {
    const own = { source: event['source'] as string, participant: '' };
    const whole = { ...attributes, ...own } as Attributes;
    return { readable: true, attributes: whole, data: event['data'], event, encoded, hash };
  }
  if (problems.length === 0 && !isAboutTheBytes(record.reasons)) {
    return { readable: true, attributes: attributes as Attributes, data: event['data'], event, encoded, hash };
  }
  return { readable: false, reasons: record.reasons ?? [], subject, attributes, encoded, hash };
}

const NOT_AN_OBJECT = [{ code: 'envelope-invalid' }];

/** Undecodable headers leave a readable rest behind: the reasons on record decide. */
function isAboutTheBytes(reasons: readonly Reason[] | undefined): boolean {
  return reasons?.some(({ code, pointer }) => code === 'envelope-invalid' && pointer !== '/time') ?? false;
}

function corrupt(what: string, cause?: unknown): TuttiError {
  return new TuttiError('corrupt', `a record of verdicts cannot be read: ${what}`, {
    mend: 'Find out what changed the journal: `tutti audit verify` names the first record that differs.',
    cause,
  });
}
