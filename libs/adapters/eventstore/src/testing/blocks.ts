import { createHash } from 'node:crypto';
import { makeBlock, type Block } from '@tutti/runtime/journal';
import { toEvent } from '../block-event.js';
import type { KeptEvent, KeptStreams } from './kept-streams.js';

/** A block with `records` records after its header, told apart by `mark`. */
export function blockOf(stream: string, first: number, records = 1, mark = ''): Block {
  const lines = Array.from({ length: records }, (_, index) => JSON.stringify({ kind: 'sample', number: index, mark }));
  return makeBlock({ stream, first, term: 1, next: null, atMs: 0, engine: 'test', lines });
}

/** A block of one record with as many bytes, which do not compress. */
export function noiseBlock(stream: string, first: number, bytes: number): Block {
  let digest = createHash('sha256').update(stream).digest();
  let noise = '';
  for (; noise.length < bytes; noise += digest.toString('base64'))
    digest = createHash('sha256').update(digest).digest();
  const line = JSON.stringify({ kind: 'sample', noise: noise.slice(0, bytes) });
  return makeBlock({ stream, first, term: 1, next: null, atMs: 0, engine: 'test', lines: [line] });
}

/** Blocks that follow each other from revision 0 on, so many records in each. */
export function blocksOf(stream: string, sizes: Iterable<number>): Block[] {
  const blocks: Block[] = [];
  let first = 0;
  for (const size of sizes) {
    blocks.push(blockOf(stream, first, size));
    first += size + 1;
  }
  return blocks;
}

/** Puts blocks onto a server as if they had been appended. */
export function keep(kept: KeptStreams, name: string, blocks: readonly Block[]): void {
  kept.append(name, 'any', blocks.map(keptBlock));
}

/** A block as the server keeps it. */
export function keptBlock(block: Block): KeptEvent {
  const { id, type, data, metadata } = toEvent(block);
  return keptEvent(id, type, data as Uint8Array, metadata);
}

/** Any event as the server keeps it. */
export function keptEvent(id: string, type: string, data: Uint8Array, metadata?: unknown): KeptEvent {
  return {
    id,
    data,
    customMetadata: Uint8Array.from(Buffer.from(metadata === undefined ? '' : JSON.stringify(metadata))),
    metadata: new Map([
      ['type', type],
      ['content-type', 'application/octet-stream'],
    ]),
  };
}
