export type { Answer, Backbone, BackboneStatus, Edge, Submission } from './backbone.js';
export { createBackbone } from './backbone/create-backbone.js';
export type { BackboneOptions, StartingModel } from './backbone/options.js';
export type { Clock } from './clock/clock.js';
export { ManualClock } from './clock/manual-clock.js';
export { JUMP_LASTS_MS, JUMP_MS, RecordedTime } from './clock/recorded-time.js';
export { SystemClock } from './clock/system-clock.js';
export type * from './control/control-record.js';
export type { ControlState, PublishedModel } from './control/control-state.js';
export { CONTROL, ControlStream } from './control/control-stream.js';
export { decideControl, type ControlDecision } from './control/decide-control.js';
export { foldControl, type Compile, type Placed } from './control/fold-control.js';
export { ModelCache } from './control/model-cache.js';
export type { Authorship, OperatorAct, TokenScope } from './control/operator-act.js';
export { regimeAt } from './control/regime-at.js';
export { ENGINE } from './engine.js';
export {
  runFeedback,
  type FeedbackOptions,
  type FeedbackStatus,
  type RunningFeedback,
} from './feedback/run-feedback.js';
export { createGateway, type GatewayOptions } from './gateway/create-gateway.js';
export { Gateway, type MemberStatus } from './gateway/gateway.js';
export {
  blockId,
  corrupt,
  JOURNAL_VERSION,
  JournalReader,
  makeBlock,
  MAX_BLOCK_BYTES,
  MAX_BLOCK_RECORDS,
  MAX_LINE_BYTES,
  MemoryJournal,
  MemoryStreams,
  PACK_ABOVE_BYTES,
  packBytes,
  parseRecord,
  readBlock,
  recordKind,
  splitLines,
  unpackBytes,
  type BlockHeader,
  type BlockParts,
  type CheckedBlock,
  type Codec,
  type JournalRecord,
  type Line,
} from './journal/index.js';
export { assertWhole, topicDiffers, type IntakePartition } from './member/intake-bounds.js';
export type { ContractMember, ContractStatus, OwnedStatus } from './member/contract-member.js';
export { decisionsOf, joinContract, type ContractOptions } from './member/join-contract.js';
export { readInput, type IntakeRules, type ReadInput } from './member/read-input.js';
export type { EpochPace } from './opener/opener.js';
export { outcomeHash } from './outcome/outcome-hash.js';
export type { TaskSettings } from './partition/task-surroundings.js';
export { barrierLine, readBarrier, type Barrier } from './partition/barrier-record.js';
export { verdictAt, verdictsOf } from './reading/block-shelf.js';
export type { DecisionIndex } from './reading/decision-index.js';
export { decisionKey } from './reading/decision-key.js';
export { EdgeFold } from './reading/edge-fold.js';
export { JournaledVerdict } from './reading/journaled-verdict.js';
export { ScanningIndex } from './reading/scanning-index.js';
export { Problems, type Problem } from './problems/problems.js';
export { AT_END, StreamTail, type TailOptions } from './reading/stream-tail.js';
export { glanceAtVerdict, type VerdictGlance } from './reading/verdict-glance.js';
export { VerdictReader } from './reading/verdict-reader.js';
export type { PartitionRelayed } from './relay/partition-relay.js';
export type { RelayPort, RelayReport, RelayRequest } from './relay/relay-messages.js';
export { RelayThread, startRelayThread, type RelayThreadOptions } from './relay/relay-thread.js';
export { ControlRelay } from './relay/control-relay.js';
export { POLICY_EVENT_TYPES } from './relay/policy-records.js';
export { Relay, runRelay, type Relaying, type RelayOptions, type RelayStatus } from './relay/relay.js';
export { serveRelay } from './relay/serve-relay.js';
export { VERDICT_EVENT_TYPE } from './relay/verdict-record.js';
export { MemoryLeases, MemoryLeaseTable } from './leases/memory-leases.js';
export { LeaseHolder, type LeaseHolderOptions } from './leases/lease-holder.js';
export { MemoryBroker, MemoryLog } from './log/memory-log.js';
export {
  JournalUnavailableError,
  RevisionConflictError,
  StoreUnavailableError,
  type WriteFault,
} from './ports/errors.js';
export type { Block, Journal } from './ports/journal.js';
export type { Found, IntakeDoor, IntakePlace } from './door.js';
export type { Leases } from './ports/leases.js';
export type { IntakeHandler, Log, LogRecord, NewRecord } from './ports/log.js';
export type { EpochCounts, IndexedDecision, Projected, ProjectionStore } from './ports/projection-store.js';
export { MemoryProjections, MemoryProjectionStore } from './projection/memory-projection-store.js';
export { PartitionShare, type PartitionShareOptions } from './projection/partition-share.js';
export {
  ProjectionTask,
  type PartitionProjected,
  type ProjectionPace,
  type ProjectionSurroundings,
} from './projection/projection-task.js';
export {
  runProjection,
  type ProjectionOptions,
  type ProjectionStatus,
  type RunningProjection,
} from './projection/run-projection.js';
export { mergeEdge, mergeEdges } from './projection/merge-edges.js';
export { MemoryRows, MemorySubjectStore } from './store/memory-subject-store.js';
export type { Checkpoint, StoredSubject, SubjectRow, SubjectStore } from './ports/store.js';
