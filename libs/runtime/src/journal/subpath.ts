/* What adapters of the journal need, and nothing that loads models or contracts: `@tutti/runtime/journal`. */
export * from './index.js';
export {
  JournalUnavailableError,
  RevisionConflictError,
  StoreUnavailableError,
  type WriteFault,
} from '../ports/errors.js';
export type { Block, Journal } from '../ports/journal.js';
