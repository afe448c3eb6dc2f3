export type { Reason, ReasonCode } from '@tutti/contracts';
export type { Contact } from './caller.js';
export { connect, type ConnectOptions } from './connect.js';
export { CursorFile, type CursorStore } from './cursor.js';
export type { Decided, DecideManyOptions } from './decide-many.js';
export type { Decision, DecisionName, DecisionOf } from './decision.js';
export {
  ClosedError,
  NotRecordedError,
  type NotRecordedCode,
  TimeoutError,
  TuttiError,
  UnavailableError,
} from './errors.js';
export type { VerdictFilter } from './follow.js';
export type { Token } from './http.js';
export type { KafkaOptions, KafkaSasl, KafkaTls } from './kafka/kafka-options.js';
export type { AnyModel, DataOf, DecisionType, ModelTypes, PolicyName, Subject, SubjectTypeOf } from './model-types.js';
export type { Policy } from './policy.js';
export type { Problem } from './problem.js';
export type { CurrentSubject, NextStep } from './reader.js';
export type { IntakePlace } from './road.js';
export type { JsonWebKey, SigningKey } from './signer.js';
export type { OnVerdictOptions, Subscription } from './subscription.js';
export { type Sent, Tutti } from './tutti.js';
export type { Accepted, Foreseen, RecordedDecision, Rejected, Verdict, VerdictOn } from './verdict.js';
