import type { Regime } from '@tutti/contracts';
import { parseTime, type TuttiError } from '@tutti/kernel';
import { ENGINE } from '../engine.js';
import { makeBlock } from '../journal/block.js';
import { JournalReader } from '../journal/journal-reader.js';
import { parseRecord } from '../journal/record.js';
import { RevisionConflictError } from '../ports/errors.js';
import type { Journal } from '../ports/journal.js';
import type { ControlRecord, EpochOpened } from './control-record.js';
import { NOTHING, type ControlState } from './control-state.js';
import { foldControl, type Compile, type Placed } from './fold-control.js';
import { regimeAt } from './regime-at.js';

export const CONTROL = 'control';

/** Decides on control as it is: a record to append, nothing to do, or a refusal. */
export type Decide = (state: ControlState) => ControlRecord | undefined | TuttiError;

/** Stream `control`: followed, folded, appended to under its expected revision. */
export class ControlStream {
  private folded: ControlState = NOTHING;
  /** Revision the next block takes. */
  private next = 0;
  private turn: Promise<unknown> = Promise.resolve();
  private readonly regimes = new Map<number, Regime>();
  private readonly listeners = new Set<(opened: Regime | undefined) => void>();
  private readonly unfollow: () => void;
  private closed = false;

  private constructor(
    private readonly journal: Journal,
    private readonly compile: Compile,
    private keepFrom: number,
  ) {
    this.unfollow = journal.follow(CONTROL, () => {
      // A hint; whoever needs the stream's end reads on by itself, and says so if it cannot.
      this.catchUp().catch(() => undefined);
    });
  }

  /**
   * Reads the stream to its end.
   *
   * @param keepFrom first epoch whose regime will be asked for
   * @throws JournalUnavailableError, TuttiError `journal-corrupt`, `journal-version`
   */
  static async open(journal: Journal, compile: Compile, keepFrom: number): Promise<ControlStream> {
    const stream = new ControlStream(journal, compile, keepFrom);
    try {
      await stream.catchUp();
      return stream;
    } catch (error) {
      stream.close();
      throw error;
    }
  }

  /** Control folded to its end, as far as read. */
  get state(): ControlState {
    return this.folded;
  }

  /** The regime of an epoch opened already and not forgotten. */
  regime(epoch: number): Regime | undefined {
    return this.regimes.get(epoch);
  }

  /**
   * Makes sure that the regimes from an epoch on are at hand, for a partition that lags behind those worked on so far;
   * reads the stream again where they are not. Say first who needs them, or they may be let go again.
   *
   * @throws JournalUnavailableError, TuttiError `journal-corrupt`
   */
  async remember(fromEpoch: number): Promise<void> {
    const { epoch } = this.folded;
    const isKnown = (one: number): boolean => one < 1 || one > epoch || this.regimes.has(one);
    if (isKnown(fromEpoch) && isKnown(fromEpoch + 1)) return;
    const again = await ControlStream.open(this.journal, this.compile, fromEpoch);
    again.close();
    for (const [one, regime] of again.regimes)
      if (one <= epoch && !this.regimes.has(one)) this.regimes.set(one, regime);
  }

  /** Lets go of regimes that no partition needs any more. */
  forgetBefore(epoch: number): void {
    this.keepFrom = Math.max(this.keepFrom, epoch);
    for (const known of this.regimes.keys()) if (known < epoch) this.regimes.delete(known);
  }

  /** Calls after each record folded; with the regime, where it opened an epoch. */
  onRecord(listener: (opened: Regime | undefined) => void): () => void {
    this.listeners.add(listener);
    return () => void this.listeners.delete(listener);
  }

  /** Reads what others have appended. */
  catchUp(): Promise<void> {
    return this.inTurn(() => this.readOn());
  }

  /**
   * Appends what `decide` makes of control as it is at that moment; where somebody was faster it is asked again.
   *
   * @returns revision of the record, or undefined where there was nothing to do
   * @throws what `decide` refuses with; JournalUnavailableError: not known whether it was written
   */
  append(decide: Decide): Promise<{ revision: number; record: ControlRecord } | undefined> {
    return this.inTurn(async () => {
      for (;;) {
        const record = decide(this.folded);
        if (record === undefined) return undefined;
        if (record instanceof Error) throw record;
        const first = this.next;
        const block = makeBlock({
          stream: CONTROL,
          first,
          term: 0,
          next: null,
          atMs: parseTime(record.at) ?? 0,
          engine: ENGINE,
          lines: [JSON.stringify(record)],
        });
        try {
          await this.journal.append(CONTROL, block);
          this.next = first + block.count;
          this.fold([{ revision: first + 1, record }]);
          return { revision: first + 1, record };
        } catch (error) {
          if (!(error instanceof RevisionConflictError)) throw error;
          await this.readOn();
        }
      }
    });
  }

  close(): void {
    this.closed = true;
    this.unfollow();
    this.listeners.clear();
  }

  private inTurn<T>(work: () => Promise<T>): Promise<T> {
    const result = this.turn.then(work);
    this.turn = result.catch(() => undefined);
    return result;
  }

  private async readOn(): Promise<void> {
    if (this.closed) return;
    const reader = new JournalReader(this.journal, CONTROL);
    let page: Placed[] = [];
    for await (const block of reader.blocks(this.next)) {
      for (const record of block.records.slice(1)) {
        page.push({ revision: record.revision, record: parseRecord(CONTROL, record) as unknown as ControlRecord });
      }
      this.next = block.end;
      if (page.length >= 1_000) {
        this.fold(page);
        page = [];
      }
    }
    this.fold(page);
  }

  /** Folds in runs that end with an epoch's opening, so that each regime is that of its moment. */
  private fold(records: readonly Placed[]): void {
    let from = 0;
    for (const [index, { record }] of records.entries()) {
      if (record.kind !== 'EpochOpened' || record.epoch < this.keepFrom) continue;
      this.foldRun(records.slice(from, index));
      this.open(record, records[index]!);
      from = index + 1;
    }
    this.foldRun(records.slice(from));
  }

  private foldRun(records: readonly Placed[]): void {
    if (records.length === 0) return;
    this.folded = foldControl(this.folded, records, this.compile);
    for (const listener of this.listeners) listener(undefined);
  }

  private open(opened: EpochOpened, placed: Placed): void {
    const regime = regimeAt(this.folded, opened);
    this.folded = foldControl(this.folded, [placed], this.compile);
    this.regimes.set(opened.epoch, regime);
    for (const listener of this.listeners) listener(regime);
  }
}
