import { TuttiError } from '@tutti/kernel';
import type { Log, NewRecord } from '../ports/log.js';
import type { Problems } from '../problems/problems.js';
import { overloaded, unavailable } from '../partition/unavailable.js';

interface Waiting {
  record: NewRecord;
  resolve: (outcome: number | TuttiError) => void;
}

const BATCH_RECORDS = 1_000;
const BATCH_BYTES = 1024 * 1024;
const QUEUE_MAX = 20_000;
const QUEUE_BYTES_MAX = 64 * 1024 * 1024;
const OWNER = 'gateway log';

/**
 * Sends records to the intake topic in the order they are given, one send a partition at a time: what comes meanwhile
 * makes the next one.
 */
export class DecisionSender {
  private readonly lanes = new Map<number, { waiting: Waiting[]; sending: Promise<void> | undefined }>();
  private count = 0;
  private bytes = 0;
  private closing = false;

  constructor(
    private readonly log: Log,
    private readonly topic: string,
    private readonly problems: Problems,
  ) {}

  /** The record's offset, once all replicas have it; or why that is not known. Never rejects. */
  send(partition: number, record: NewRecord): Promise<number | TuttiError> {
    if (this.closing) return Promise.resolve(unavailable('the gateway is closing'));
    if (this.count >= QUEUE_MAX || this.bytes >= QUEUE_BYTES_MAX) return Promise.resolve(overloaded(this.count));
    let lane = this.lanes.get(partition);
    if (lane === undefined) this.lanes.set(partition, (lane = { waiting: [], sending: undefined }));
    const { waiting } = lane;
    const outcome = new Promise<number | TuttiError>((resolve) => waiting.push({ record, resolve }));
    this.count++;
    this.bytes += record.value.length;
    lane.sending ??= this.empty(partition, waiting).finally(() => (lane.sending = undefined));
    return outcome;
  }

  /** Takes nothing more; resolves when what was taken has been sent or given up. */
  async close(): Promise<void> {
    this.closing = true;
    await Promise.all([...this.lanes.values()].map(({ sending }) => sending));
  }

  private async empty(partition: number, waiting: Waiting[]): Promise<void> {
    // Whatever else is given in this turn goes with it.
    await Promise.resolve();
    while (waiting.length > 0) {
      let size = 0;
      let bytes = 0;
      while (size < waiting.length && size < BATCH_RECORDS && bytes < BATCH_BYTES) {
        bytes += waiting[size++]!.record.value.length;
      }
      const batch = waiting.splice(0, size);
      await this.sendBatch(partition, batch);
      this.count -= size;
      this.bytes -= bytes;
    }
  }

  private async sendBatch(partition: number, batch: readonly Waiting[]): Promise<void> {
    try {
      const offsets = await this.log.send(
        this.topic,
        partition,
        batch.map(({ record }) => record),
      );
      this.problems.solved(OWNER);
      for (const [index, { resolve }] of batch.entries()) resolve(offsets[index]!);
    } catch (error) {
      const isTooLarge = error instanceof TuttiError && error.code === 'too-large';
      if (isTooLarge && batch.length > 1) {
        // One of them is: the others need not share its fate.
        for (const one of batch) await this.sendBatch(partition, [one]);
        return;
      }
      if (!isTooLarge) this.problems.say(OWNER, error);
      const message = error instanceof Error ? error.message : String(error);
      const said = isTooLarge ? error : unavailable(message, error);
      for (const { resolve } of batch) resolve(said);
    }
  }
}
