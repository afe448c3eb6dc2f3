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
export type { Reason, ReasonCode } from './reason.js';
export type { ModelRevision, Participant, Regime, Trust } from './regime.js';
export type { SubjectLog, SubjectState, SubjectView } from './subject.js';
export type { Verdict, WireVerdict } from './verdict.js';
