import type { ReasonCode } from './reason.js';

/** What there is to know about a code: for `tutti help CODE`, titles of problem+json, and the reference. */
export interface CodePage {
  /** The short sentence that stands beside the code. */
  title: string;
  /** Where it occurs: recorded as a verdict's reason, or refused before anything was recorded; or both. */
  recorded: boolean;
  /** HTTP status of the answer. */
  status: number;
  /** Whether the same request may succeed later without a change to it. */
  retryable: boolean;
  meaning: string;
  mend: string;
}

/** Codes of answers that are not recorded (SURFACE §4.3). */
export type TransportCode =
  | 'unauthenticated'
  | 'forbidden'
  | 'malformed'
  | 'not-found'
  | 'not-yet'
  | 'revision-mismatch'
  | 'model-invalid'
  | 'incompatible'
  | 'overloaded'
  | 'verdict-pending'
  | 'unavailable'
  | 'gone'
  | 'internal';

function recorded(title: string, status: 409 | 422, meaning: string, mend: string, retryable = false): CodePage {
  return { title, recorded: true, status, retryable, meaning, mend };
}

/** Reasons of verdicts. The order is that of judging: the first that holds is given. */
export const REASON_CODES: Readonly<Record<ReasonCode, CodePage>> = {
  unreadable: recorded(
    'The bytes cannot be read',
    422,
    'The body is no JSON in UTF-8, is empty, or holds U+0000 or a lone surrogate. The bytes are kept as base64.',
    'Send one CloudEvent as JSON in UTF-8.',
  ),
  'too-large': recorded(
    'The decision is too large',
    422,
    'It has more than 512 KiB, or nests deeper than 64 levels. Only its hash is kept. Over HTTP the answer is 413 and nothing is recorded.',
    'Keep documents elsewhere and send their address and hash.',
  ),
  'envelope-invalid': recorded(
    'An attribute of the CloudEvent is missing or wrong',
    422,
    'The pointer names the attribute. Required are specversion "1.0", id, source (/participants/ID), type and subject, and time where ids are remembered for a while only.',
    'Correct the attribute and send the decision again; the id is not used up.',
  ),
  unauthenticated: recorded(
    'Nothing proves that this comes from its source',
    422,
    'The signature is absent or does not fit, or the source is not registered where sources must be proven. Recorded on Kafka; over HTTP the answer is 401 and nothing is recorded.',
    'Sign with a key that is registered for the source, or send a token that belongs to it.',
  ),
  misrouted: recorded(
    'The record lies in the wrong partition',
    422,
    "The record's key is not the subject, or its partition is not murmur2(key) mod partitions. Kafka only.",
    'Use the subject as the key and murmur2 as the partitioner (librdkafka: partitioner=murmur2_random).',
  ),
  'id-conflict': recorded(
    'The id was used for something else',
    409,
    'A decision of this source on this subject had the same id and other content.',
    'A new decision needs a new id.',
  ),
  'too-old': recorded(
    'The decision is older than ids are remembered',
    422,
    'Its time lies before the window (ids: in the model), so nobody can tell whether it was judged before.',
    'Look the subject up; if the decision is still wanted, make it anew with a new id and the present time.',
  ),
  'time-ahead': recorded(
    'The decision claims a time in the future',
    422,
    'Its time lies more than 5 minutes ahead of the recorded time.',
    'Set the clock of the sender right, or send the same decision again later.',
    true,
  ),
  'unknown-type': recorded(
    'The model has no such decision',
    422,
    'The type is not among the contracts the subject is judged under. An edge case: it is listed by `tutti edges`.',
    'Check the spelling with `tutti types`, or ask the operator to add it to the model.',
  ),
  'unknown-version': recorded(
    'There is no such version of the contract',
    422,
    'dataschema pins a version (tutti:TYPE/VERSION) that was never published for this type.',
    'Leave dataschema out, or pin a version that `tutti types` lists.',
  ),
  'schema-invalid': recorded(
    'The data does not fit the contract',
    422,
    'Each error has its pointer into the data.',
    'Correct the data and decide anew with a new id.',
  ),
  'not-allowed': recorded(
    'The source may not take this decision',
    422,
    "It does not hold a role of the decision's `by`, is not the subject's own party in it, or is suspended.",
    'Read who may with `tutti subject ID`.',
  ),
  'unknown-party': recorded(
    'A participant named in the data does not exist',
    422,
    'The participant at the pointer is not registered, is suspended, or does not hold the role needed there.',
    'Name a participant that holds the role, or register it.',
  ),
  conflict: recorded(
    'Somebody else was faster',
    409,
    'An earlier state of the subject allowed the decision, and another participant left that state; or the subject is not at the sequence that an exact decision needs.',
    'Read the subject, and decide on what it is now.',
  ),
  'too-early': recorded(
    'Not yet',
    422,
    'The present state does not allow the decision, but a path of moves leads to one that does.',
    'Send the same decision again, same id, when the subject has got there.',
    true,
  ),
  undeclared: recorded(
    'The model has no answer to this',
    422,
    'No state that the subject can still reach allows the decision, and nobody else moved it away. An edge case: it is listed by `tutti edges`.',
    'Ask the operator whether the model should allow it.',
  ),
  'requirement-failed': recorded(
    'A rule does not hold',
    422,
    'The rule and the values that it saw are in the reason.',
    'Decide anew, with a new id, so that the rule holds.',
  ),
  'requirement-error': recorded(
    'A rule cannot be computed',
    422,
    'A value was absent, or a number left its range.',
    'Send the value that the rule reads; else ask the operator to mend the rule.',
  ),
  quarantined: recorded(
    'The decision is in quarantine',
    422,
    'The process died several times while judging it. A fault of the backbone.',
    'Tell the operator, who finds the cause in the logs. Mended, it may be sent again under a new id.',
  ),
  'internal-fault': recorded(
    'Judging failed',
    422,
    'A fault of the backbone; the decision itself may be sound.',
    'Report the position of the verdict; an operator can release it.',
  ),
};

function refused(title: string, status: number, meaning: string, mend: string, retryable = false): CodePage {
  return { title, recorded: false, status, retryable, meaning, mend };
}

/** Refusals that are not recorded, with their HTTP status. */
export const TRANSPORT_CODES: Readonly<Record<TransportCode, CodePage>> = {
  unauthenticated: refused(
    'Nothing proves who you are',
    401,
    'The token is absent, expired or does not belong to the source, or a signature that is needed is missing or wrong.',
    'Send `authorization: Bearer TOKEN` of the source, or sign the decision.',
  ),
  forbidden: refused('You may not do this', 403, 'The token lacks the scope.', 'Use a token with the scope needed.'),
  malformed: refused(
    'The request cannot be read',
    400,
    'The query, the body or a header is not what this address takes.',
    'Correct what the detail names.',
  ),
  'not-found': refused('There is no such thing', 404, 'The address names nothing that exists.', 'Check the spelling.'),
  'not-yet': refused('Not yet', 404, 'The epoch asked for is not closed.', 'Ask again when it is closed.', true),
  'revision-mismatch': refused(
    'It has changed since you read it',
    412,
    'The revision in If-Match is not the one in force.',
    'Read it again, and repeat the change on top of it.',
  ),
  'model-invalid': refused(
    'The model has errors',
    422,
    'The checker names each with line and column. The model in force stays.',
    'Run `tutti model check`.',
  ),
  incompatible: refused(
    'The change would break participants',
    409,
    'The new model refuses what the old one accepted; the differences are in the answer.',
    'Widen it, or publish with --breaking.',
  ),
  overloaded: refused('Too much at once', 429, 'A quota or the queue is full.', 'Wait for Retry-After.', true),
  'verdict-pending': refused(
    'The verdict is not known yet',
    504,
    'The decision may be durable; its verdict was not seen in time.',
    'Send the same decision again with the same id.',
    true,
  ),
  unavailable: refused(
    'A part of the backbone is away',
    503,
    'The detail names what is away. Nothing was recorded that was not answered.',
    'Send the same decision again, with the same id, after Retry-After.',
    true,
  ),
  gone: refused(
    'The cursor is older than what is kept',
    410,
    'The stream no longer reaches back that far.',
    'Read the journal, or start from the present.',
  ),
  internal: refused(
    'A fault of the backbone',
    500,
    'Nothing more can be said here; the log has it under the incident id.',
    'Report the incident id.',
  ),
};

/** The HTTP status of a verdict: 201 accepted, 409 for `conflict` and `id-conflict`, 422 for other rejections. */
export function statusOfVerdict(verdict: { accepted: boolean; reasons?: readonly { code: ReasonCode }[] | undefined }) {
  if (verdict.accepted) return 201;
  const code = verdict.reasons?.[0]?.code;
  return code === undefined ? 422 : REASON_CODES[code].status;
}

/** The page of a code, whether recorded or not (a code in both: the recorded one). Undefined: there is no such code. */
export function codePage(code: string): CodePage | undefined {
  if (Object.hasOwn(REASON_CODES, code)) return REASON_CODES[code as ReasonCode];
  return Object.hasOwn(TRANSPORT_CODES, code) ? TRANSPORT_CODES[code as TransportCode] : undefined;
}
