export { makeBlock, readBlock, type BlockParts, type JournalRecord } from './block.js';
export { JOURNAL_VERSION, type BlockHeader } from './block-header.js';
export { blockId } from './block-id.js';
export { corrupt } from './corrupt.js';
export { JournalReader, type CheckedBlock } from './journal-reader.js';
export { MAX_BLOCK_BYTES, MAX_BLOCK_RECORDS, MAX_LINE_BYTES, splitLines, type Line } from './limits.js';
export { MemoryJournal, MemoryStreams } from './memory-journal.js';
export { packBytes, PACK_ABOVE_BYTES, unpackBytes, type Codec } from './pack.js';
export { parseRecord, recordKind } from './record.js';
