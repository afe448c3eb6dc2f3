import { constants, zstdCompressSync, zstdDecompressSync } from 'node:zlib';
import { MAX_BLOCK_BYTES } from './limits.js';
import { corrupt } from './corrupt.js';

/** How a block's lines are kept: as they are, or zstd-compressed. */
export type Codec = 'json' | 'zstd';

/** Lines above this many bytes are compressed. */
export const PACK_ABOVE_BYTES = 16 * 1024;

const LEVEL_1 = { params: { [constants.ZSTD_c_compressionLevel]: 1 } };

/** A block's lines in the form adapters keep: below 16 KiB as they are, readable in any database's own tools. */
export function packBytes(bytes: Uint8Array): { codec: Codec; bytes: Uint8Array } {
  if (bytes.byteLength <= PACK_ABOVE_BYTES) return { codec: 'json', bytes };
  return { codec: 'zstd', bytes: zstdCompressSync(bytes, LEVEL_1) };
}

/**
 * The lines of a packed block.
 *
 * @throws TuttiError `journal-corrupt` unknown codec, bytes that are no zstd frame, more than a block holds
 */
export function unpackBytes(stream: string, first: number, codec: string, bytes: Uint8Array): Uint8Array {
  if (codec === 'json') return bytes;
  if (codec !== 'zstd') throw corrupt(stream, first, `unknown codec "${codec}"`);
  try {
    return zstdDecompressSync(bytes, { maxOutputLength: MAX_BLOCK_BYTES });
  } catch (cause) {
    throw corrupt(stream, first, 'its bytes are no zstd frame of a block', cause);
  }
}
