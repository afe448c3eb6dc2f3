export type { Answer, Backbone, BackboneStatus, Edge } from './backbone.js';
export type { ControlState } from './control/control-state.js';
export type { Authorship, OperatorAct } from './control/operator-act.js';
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
export { MemoryBroker, MemoryLog } from './log/memory-log.js';
export {
  JournalUnavailableError,
  RevisionConflictError,
  StoreUnavailableError,
  type WriteFault,
} from './ports/errors.js';
export type { Block, Journal } from './ports/journal.js';
export type { IntakeHandler, Log, LogRecord } from './ports/log.js';
export type { Checkpoint, StoredSubject, SubjectRow, SubjectStore } from './ports/store.js';
