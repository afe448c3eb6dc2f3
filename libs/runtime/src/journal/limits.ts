import { TuttiError } from '@tutti/kernel';

/** Most records in a block, its header included. */
export const MAX_BLOCK_RECORDS = 1000;
/** Most uncompressed bytes of a block, header and line feeds included. */
export const MAX_BLOCK_BYTES = 768 * 1024;
/** Most bytes of a header line with its line feed. */
export const MAX_HEADER_BYTES = 512;
/** Most bytes of one record's line, without its line feed. */
export const MAX_LINE_BYTES = MAX_BLOCK_BYTES - MAX_HEADER_BYTES - 1;

/** One record's JSON text without its line feed, as text or as its UTF-8 bytes. */
export type Line = string | Uint8Array;

/** Bytes a line takes, without its line feed. */
export function lineBytes(line: Line): number {
  return typeof line === 'string' ? Buffer.byteLength(line) : line.byteLength;
}

/**
 * Cuts a run of lines into runs that each fit a block, in order and as full as they go. Gives one empty run for no
 * lines, which is a block of its header alone.
 *
 * @throws TuttiError `record-too-large` one line does not fit any block
 */
export function splitLines(lines: readonly Line[]): Line[][] {
  const runs: Line[][] = [];
  let run: Line[] = [];
  let bytes = MAX_HEADER_BYTES;
  for (const line of lines) {
    const size = lineBytes(line) + 1;
    if (size - 1 > MAX_LINE_BYTES) throw recordTooLarge(size - 1);
    if (run.length + 2 > MAX_BLOCK_RECORDS || bytes + size > MAX_BLOCK_BYTES) {
      runs.push(run);
      run = [];
      bytes = MAX_HEADER_BYTES;
    }
    run.push(line);
    bytes += size;
  }
  runs.push(run);
  return runs;
}

/** The error of a record that no block can hold. */
export function recordTooLarge(bytes: number): TuttiError {
  return new TuttiError('record-too-large', `a record of ${bytes} bytes does not fit a block`, {
    mend: `Keep records under ${MAX_LINE_BYTES} bytes.`,
    facts: { bytes, bytesMax: MAX_LINE_BYTES },
  });
}
