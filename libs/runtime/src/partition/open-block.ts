import {
  evolve,
  reason,
  verdictHead,
  verdictTail,
  type DecisionEvent,
  type Encoded,
  type Regime,
  type Verdict,
} from '@tutti/contracts';
import { MAX_BLOCK_BYTES, MAX_BLOCK_RECORDS, MAX_HEADER_BYTES, MAX_LINE_BYTES } from '../journal/limits.js';
import { JournaledVerdict } from '../reading/journaled-verdict.js';
import type { CachedSubject, SubjectCache } from './subject-cache.js';

const LF = 0x0a;

/** A block being filled: verdicts judged, folded into their subjects, not durable yet. */
export class OpenBlock {
  readonly verdicts: (JournaledVerdict | undefined)[] = [];
  /** Bytes of the slab in use: its lines so far, each ended by a line feed. */
  private used = 0;

  /**
   * @param first revision its header takes
   * @param slab room for the largest block; lines are written there once, and belong to the next block afterwards
   */
  constructor(
    private readonly partition: number,
    readonly first: number,
    private readonly subjects: SubjectCache,
    private readonly slab: Buffer,
  ) {}

  /** Adds a record that is no verdict. Returns false, with nothing done, where it does not fit. */
  addRecord(line: string): boolean {
    return this.add(line, undefined, undefined);
  }

  /**
   * Adds a verdict and folds it into its subject. Returns undefined, with nothing done, where the block is full. A
   * record that no block could hold becomes a rejection that keeps the decision's hash only.
   *
   * @param subject the subject before; undefined where none could be read
   */
  addVerdict(
    judged: Verdict,
    event: DecisionEvent,
    subject: CachedSubject | undefined,
    regime: Regime,
  ): JournaledVerdict | undefined {
    let verdict = judged;
    let encoded = event.encoded;
    let head = verdictHead(verdict, encoded);
    if (sizeMax(head, encoded) > MAX_LINE_BYTES && sizeOf(head, encoded) > MAX_LINE_BYTES) {
      verdict = tooLarge(judged, subject);
      encoded = { as: 'base64', text: '', mode: encoded.mode } satisfies Encoded;
      head = verdictHead(verdict, encoded);
    }
    const revision = this.first + 1 + this.lines;
    const journaled = new JournaledVerdict(this.partition, revision, verdict, encoded, event, head);
    if (!this.add(head, encoded, journaled)) return undefined;
    if (subject !== undefined && verdict.subject !== undefined) {
      evolve(subject.state, verdict, revision, regime.models);
      this.subjects.touched(subject);
    }
    return journaled;
  }

  /** Records so far. */
  get lines(): number {
    return this.verdicts.length;
  }

  /** Its lines so far, each ended by a line feed; a view into the slab. */
  get body(): Uint8Array {
    return this.slab.subarray(0, this.used);
  }

  /** A verdict of this block by its revision. */
  verdict(revision: number): JournaledVerdict | undefined {
    return this.verdicts[revision - this.first - 1];
  }

  /** Adds a record: its head, and for a verdict the decision's own bytes, which are copied as they came. */
  private add(head: string, encoded: Encoded | undefined, verdict: JournaledVerdict | undefined): boolean {
    const { slab } = this;
    const room = MAX_BLOCK_BYTES - MAX_HEADER_BYTES - this.used - 1;
    if (this.lines + 2 > MAX_BLOCK_RECORDS) return false;
    // Only near the end of the block is it worth counting bytes first.
    if (sizeMax(head, encoded) > room && sizeOf(head, encoded) > room) return false;
    this.used += slab.write(head, this.used);
    if (encoded !== undefined) {
      const { bytes } = encoded;
      if (bytes === undefined) this.used += slab.write(encoded.text, this.used);
      else {
        slab.set(bytes, this.used);
        this.used += bytes.length;
      }
      this.used += slab.write(verdictTail(encoded), this.used);
    }
    slab[this.used++] = LF;
    this.verdicts.push(verdict);
    return true;
  }
}

/** Bytes a record takes at most: a character takes up to three. */
function sizeMax(head: string, encoded: Encoded | undefined): number {
  if (encoded === undefined) return head.length * 3;
  return (head.length + 2) * 3 + (encoded.bytes?.length ?? encoded.text.length * 3);
}

/** Bytes a record takes. */
function sizeOf(head: string, encoded: Encoded | undefined): number {
  const size = Buffer.byteLength(head);
  if (encoded === undefined) return size;
  return size + (encoded.bytes?.length ?? Buffer.byteLength(encoded.text)) + verdictTail(encoded).length;
}

function tooLarge(verdict: Verdict, subject: CachedSubject | undefined): Verdict {
  const state = subject?.state;
  const reasons = [reason('too-large', 'the decision and its subject together are larger than any record')];
  const view = state === undefined ? undefined : { ...verdict.subject!, ...viewOf(state) };
  return { ...verdict, accepted: false, reasons, irregular: undefined, moved: undefined, subject: view, usesId: false };
}

function viewOf({ id, type, sequence, state, parties, keeps }: CachedSubject['state']) {
  return { id, type, sequence, state, parties, keeps };
}
