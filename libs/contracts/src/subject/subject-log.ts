import { Buffer } from 'node:buffer';
import { hash } from 'node:crypto';
import { TuttiError } from '@tutti/kernel';

/** Verdicts in a full chunk. */
export const LOG_CHUNK_ENTRIES = 256;
/** Bytes of one packed verdict: 8 id hash, 6 revision, 6 recorded time (ms), 1 flags, 3 zero; big-endian. */
export const LOG_ENTRY_BYTES = 24;

const FLAG_USES_ID = 1;
/** Numbers an entry takes in memory: high and low half of the hash, revision, time and flag. */
const WIDTH = 4;
const NO_ENTRIES: number[] = [];
/** From this many verdicts on an index is built on the first search. */
const INDEX_FROM = 48;

/**
 * The verdicts of one subject in order: its history, and the ids it remembers. Stored in chunks of packed entries, so
 * that a subject with many decisions rewrites only its last chunk.
 */
export class SubjectLog {
  #entries: number[] = NO_ENTRIES;
  #index: IdIndex | undefined;

  /** A log from its stored chunks, in order. @throws TuttiError `corrupt`: a chunk of the wrong size */
  static load(chunks: readonly Uint8Array[]): SubjectLog {
    const log = new SubjectLog();
    for (const [number, chunk] of chunks.entries()) {
      const isLast = number === chunks.length - 1;
      const isWhole = chunk.length % LOG_ENTRY_BYTES === 0 && chunk.length <= LOG_CHUNK_ENTRIES * LOG_ENTRY_BYTES;
      if (!isWhole || (!isLast && chunk.length !== LOG_CHUNK_ENTRIES * LOG_ENTRY_BYTES)) {
        throw new TuttiError('corrupt', `chunk ${number} of a subject's log has ${chunk.length} bytes`, {
          mend: 'Discard the store: it is rebuilt from the journal.',
        });
      }
      const bytes = Buffer.from(chunk.buffer, chunk.byteOffset, chunk.length);
      for (let at = 0; at < bytes.length; at += LOG_ENTRY_BYTES) {
        const timeAndFlag = bytes.readUIntBE(at + 14, 6) * 2 + (bytes[at + 20]! & FLAG_USES_ID);
        log.#push(bytes.readInt32BE(at), bytes.readInt32BE(at + 4), bytes.readUIntBE(at + 8, 6), timeAndFlag);
      }
    }
    return log;
  }

  /** Verdicts so far, rejections included. */
  get size(): number {
    return this.#entries.length / WIDTH;
  }

  /** Adds a verdict. `source` and `id` are '' where the envelope could not be read; then nothing is remembered. */
  append(source: string, id: string, revision: number, atMs: number, usesId: boolean): void {
    if (usesId) hashId(source, id);
    const high = usesId ? hashHigh : 0;
    const low = usesId ? hashLow : 0;
    this.#push(high, low, revision, atMs * 2 + (usesId ? FLAG_USES_ID : 0));
    if (usesId) this.#index?.add(high, low, this.#entries.length - WIDTH);
  }

  /**
   * Revisions of the verdicts that may have used this id up and were recorded at or after `sinceMs`, latest first:
   * 64 bits of a hash matched, compare the ids before you believe it. Nearly always empty, else one.
   */
  find(source: string, id: string, sinceMs: number): readonly number[] {
    const entries = this.#entries;
    if (entries.length === 0) return NONE;
    hashId(source, id);
    const high = hashHigh;
    const low = hashLow;
    let found: number[] | undefined;
    if (entries.length < INDEX_FROM * WIDTH) {
      for (let at = entries.length - WIDTH; at >= 0; at -= WIDTH) {
        if (entries[at] === high && this.#matches(at, high, low, sinceMs)) (found ??= []).push(entries[at + 2]!);
      }
      return found ?? NONE;
    }
    this.#index ??= this.#indexed();
    for (let at = this.#index.latest(high, low); at >= 0; at = this.#index.before(at)) {
      if (this.#matches(at, high, low, sinceMs)) (found ??= []).push(entries[at + 2]!);
    }
    return found ?? NONE;
  }

  /** Revisions of the subject's verdicts in its partition, oldest first. */
  revisions(): number[] {
    const revisions: number[] = [];
    for (let at = 2; at < this.#entries.length; at += WIDTH) revisions.push(this.#entries[at]!);
    return revisions;
  }

  /** Chunks that hold anything beyond the first `size` verdicts, packed: number → bytes. For the store. */
  chunksSince(size: number): Map<number, Uint8Array> {
    const chunks = new Map<number, Uint8Array>();
    for (let number = Math.floor(size / LOG_CHUNK_ENTRIES); number * LOG_CHUNK_ENTRIES < this.size; number++) {
      chunks.set(number, this.#packed(number * LOG_CHUNK_ENTRIES));
    }
    return chunks;
  }

  /** The first entry makes an array of its own size: most subjects have few, and there are many subjects. */
  #push(high: number, low: number, revision: number, timeAndFlag: number): void {
    if (this.#entries === NO_ENTRIES) this.#entries = [high, low, revision, timeAndFlag];
    else this.#entries.push(high, low, revision, timeAndFlag);
  }

  #packed(first: number): Uint8Array {
    const count = Math.min(LOG_CHUNK_ENTRIES, this.size - first);
    const bytes = Buffer.alloc(count * LOG_ENTRY_BYTES);
    for (let i = 0; i < count; i++) {
      const from = (first + i) * WIDTH;
      const at = i * LOG_ENTRY_BYTES;
      const timeAndFlag = this.#entries[from + 3]!;
      bytes.writeInt32BE(this.#entries[from]!, at);
      bytes.writeInt32BE(this.#entries[from + 1]!, at + 4);
      bytes.writeUIntBE(this.#entries[from + 2]!, at + 8, 6);
      bytes.writeUIntBE(Math.floor(timeAndFlag / 2), at + 14, 6);
      bytes[at + 20] = timeAndFlag % 2;
    }
    return bytes;
  }

  #matches(at: number, high: number, low: number, sinceMs: number): boolean {
    const entries = this.#entries;
    const timeAndFlag = entries[at + 3]!;
    return (
      entries[at] === high && entries[at + 1] === low && timeAndFlag % 2 === FLAG_USES_ID && timeAndFlag >= sinceMs * 2
    );
  }

  #indexed(): IdIndex {
    const index = new IdIndex();
    for (let at = 0; at < this.#entries.length; at += WIDTH) {
      if (this.#entries[at + 3]! % 2 === FLAG_USES_ID) index.add(this.#entries[at]!, this.#entries[at + 1]!, at);
    }
    return index;
  }
}

/** Places of entries by 53 bits of their hash; places with the same bits are chained, latest first. */
class IdIndex {
  readonly #latest = new Map<number, number>();
  readonly #before = new Map<number, number>();

  add(high: number, low: number, place: number): void {
    const key = keyOf(high, low);
    const earlier = this.#latest.get(key);
    if (earlier !== undefined) this.#before.set(place, earlier);
    this.#latest.set(key, place);
  }

  latest(high: number, low: number): number {
    return this.#latest.get(keyOf(high, low)) ?? -1;
  }

  before(place: number): number {
    return this.#before.get(place) ?? -1;
  }
}

const NONE: readonly number[] = Object.freeze([]);

function keyOf(high: number, low: number): number {
  return high * 0x20_0000 + (low >>> 11);
}

let hashedSource: string | undefined;
let hashedId: string | undefined;
let hashHigh = 0;
let hashLow = 0;

/**
 * First 8 bytes of SHA-256(source, NUL, id) into `hashHigh` and `hashLow`. The last one is remembered: searching and
 * appending the same decision hashes once.
 */
function hashId(source: string, id: string): void {
  if (id === hashedId && source === hashedSource) return;
  // As text of one character a byte: the cheapest form to take eight bytes from.
  const digest = hash('sha256', `${source}\0${id}`, 'binary');
  hashHigh = word32(digest, 0);
  hashLow = word32(digest, 4);
  hashedSource = source;
  hashedId = id;
}

function word32(bytes: string, at: number): number {
  return (
    (bytes.charCodeAt(at) << 24) |
    (bytes.charCodeAt(at + 1) << 16) |
    (bytes.charCodeAt(at + 2) << 8) |
    bytes.charCodeAt(at + 3)
  );
}
