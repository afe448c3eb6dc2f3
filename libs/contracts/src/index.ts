export { isParticipantId, isSubjectId } from './codec/envelope.js';
export type { Headers } from './codec/headers.js';
export { DECISION_BYTES_MAX, DECISION_DEPTH_MAX, readEvent, type ReceivedEvent } from './codec/read-event.js';
export { splitBatch } from './codec/split-batch.js';
export {
  codePage,
  REASON_CODES,
  statusOfVerdict,
  TRANSPORT_CODES,
  type CodePage,
  type TransportCode,
} from './codes.js';
export type {
  Attributes,
  Authentication,
  DecisionEvent,
  Encoded,
  Input,
  InputRoad,
  ReadableEvent,
  UnreadableEvent,
} from './event.js';
export { misroutedIn, type Placement } from './intake/misrouted.js';
export { unreadEvent } from './intake/unread-event.js';
export {
  VOUCH_HEADER,
  VOUCH_SECRET_LENGTH_MIN,
  vouchedParticipant,
  vouchFor,
  type VouchedRecord,
} from './intake/vouch.js';
export { admit } from './judging/admit.js';
export { CLOCK_SOURCE, fireDeadline } from './judging/fire-deadline.js';
export { judge, refuse } from './judging/judge.js';
export { nextDecisions, type NextDecision } from './judging/next-decisions.js';
export { idWindowSince, TIME_AHEAD_MAX_MS } from './judging/window.js';
export { compareByBytes, OutcomeHash, outcomeLine, outcomeOf } from './outcome.js';
export { reason, usesIdUp, type Reason, type ReasonCode } from './reason.js';
export { parseVerdictLine, type RecordedVerdict } from './record/parse-verdict-line.js';
export { verdictHead, verdictLine, verdictTail } from './record/verdict-line.js';
export { positionOf, wireText, wireVerdict } from './record/wire-verdict.js';
export type { ModelRevision, Participant, Regime, Trust } from './regime.js';
export { canonicalEvent, compareWithEarlier, sameContent } from './signature/canonical-event.js';
export { claimedKid, signEvent, verifySignature, type SignatureCheck } from './signature/signature.js';
export type { SubjectState, SubjectView } from './subject.js';
export { evolve, newSubject } from './subject/evolve.js';
export { LOG_CHUNK_ENTRIES, LOG_ENTRY_BYTES, SubjectLog } from './subject/subject-log.js';
export { parseSubject, serializeSubject } from './subject/subject-text.js';
export type { Verdict, WireVerdict } from './verdict.js';
export { describeScenarios } from './scenario/describe-report.js';
export type { Mismatch, ScenarioReport, ScenarioResult, Unchecked } from './scenario/report.js';
export { runScenarios } from './scenario/run-scenarios.js';
export { SCENARIO_CODES, type ScenarioCode } from './scenario/scenario-codes.js';
