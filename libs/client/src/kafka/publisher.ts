import type { DecisionName } from '../decision.js';
import { backOffMs } from '../back-off.js';
import { bytesOf } from './decision-record.js';
import { errorOf, gaveUp } from './kafka-errors.js';
import { KafkaFault, type KafkaPort, type Placed, type SentRecord } from './kafka-port.js';

/** What became of a decision that was sent. */
export interface Published {
  offset: number;
  appendedAtMs: number | undefined;
}

interface Waiting {
  name: DecisionName;
  partition: number;
  record: SentRecord;
  bytes: number;
  /** Whether a send may have been taken without our hearing of it. */
  mayBeTaken: boolean;
  underWay: boolean;
  settled: boolean;
  fault: KafkaFault | undefined;
  resolve(published: Published): void;
  reject(error: unknown): void;
}

/** Brokers refuse a batch of over 1 MiB unless they are told otherwise. */
const BATCH_BYTES_MOST = 900 * 1024;
const REQUEST_BYTES_MOST = 8 * BATCH_BYTES_MOST;

/**
 * Sends records in batches, one request at a time: what comes meanwhile makes the next one. So records of a partition
 * arrive in the order given. What was not acknowledged is sent again, the same bytes, until its time is over; it may
 * then lie there twice, which the backbone answers with one verdict.
 */
export class Publisher {
  readonly #port: KafkaPort;
  readonly #topic: string;
  #queue: Waiting[] = [];
  #running: Promise<void> | undefined;
  /** Ends the wait between attempts. */
  #wake: (() => void) | undefined;

  constructor(port: KafkaPort, topic: string) {
    this.#port = port;
    this.#topic = topic;
  }

  /**
   * Resolves when all replicas have it.
   *
   * @throws NotRecordedError, UnavailableError, TimeoutError
   */
  add(name: DecisionName, partition: number, record: SentRecord, timeoutMs: number): Promise<Published> {
    return new Promise((resolve, reject) => {
      const settle =
        <T>(done: (value: T) => void) =>
        (value: T): void => {
          if (waiting.settled) return;
          waiting.settled = true;
          clearTimeout(timer);
          done(value);
        };
      const waiting: Waiting = {
        name,
        partition,
        record,
        bytes: bytesOf(record),
        mayBeTaken: false,
        underWay: false,
        settled: false,
        fault: undefined,
        resolve: settle(resolve),
        reject: settle(reject),
      };
      const timer = setTimeout(() => {
        waiting.reject(gaveUp(name, timeoutMs, waiting.fault, waiting.mayBeTaken || waiting.underWay));
        this.#wake?.();
      }, timeoutMs);
      this.#queue.push(waiting);
      this.#running ??= Promise.resolve()
        .then(() => this.#run())
        .finally(() => (this.#running = undefined));
    });
  }

  /** Resolves when everything given so far was sent, or given up. */
  async flush(): Promise<void> {
    while (this.#running !== undefined) await this.#running;
  }

  async #run(): Promise<void> {
    for (;;) {
      const request = this.#take();
      if (request.length === 0) return;
      await this.#send(request);
    }
  }

  /** What the next request carries: in order, no batch and no request too large. */
  #take(): Waiting[] {
    const taken: Waiting[] = [];
    const left: Waiting[] = [];
    const bytes = new Map<number, number>();
    let whole = 0;
    for (const waiting of this.#queue) {
      if (waiting.settled) continue;
      const size = (bytes.get(waiting.partition) ?? 0) + waiting.bytes;
      // A partition that is full stays so, or a small record would overtake a large one.
      const isFull = size > BATCH_BYTES_MOST && bytes.has(waiting.partition);
      if (isFull || (whole + waiting.bytes > REQUEST_BYTES_MOST && whole > 0)) {
        bytes.set(waiting.partition, Number.POSITIVE_INFINITY);
        left.push(waiting);
        continue;
      }
      bytes.set(waiting.partition, size);
      whole += waiting.bytes;
      taken.push(waiting);
    }
    this.#queue = left;
    return taken;
  }

  async #send(request: Waiting[]): Promise<void> {
    for (let attempt = 1; ; attempt++) {
      const open = request.filter(({ settled }) => !settled);
      if (open.length === 0) return;
      try {
        return settleAll(open, await this.#attempt(open));
      } catch (error) {
        const fault = error instanceof KafkaFault ? error : new KafkaFault('lost', String(error), error);
        if (!fault.isPassing) return await this.#refused(open, fault);
        for (const waiting of open) {
          waiting.fault = fault;
          waiting.underWay = false;
          waiting.mayBeTaken ||= fault.kind === 'lost';
        }
      }
      await this.#sleep(backOffMs(attempt));
    }
  }

  #attempt(open: readonly Waiting[]): Promise<Placed[]> {
    const partitions = new Map<number, SentRecord[]>();
    for (const waiting of open) {
      waiting.underWay = true;
      const records = partitions.get(waiting.partition);
      if (records === undefined) partitions.set(waiting.partition, [waiting.record]);
      else records.push(waiting.record);
    }
    return this.#port.send(
      this.#topic,
      [...partitions].map(([partition, records]) => ({ partition, records })),
    );
  }

  async #refused(open: Waiting[], fault: KafkaFault): Promise<void> {
    if (fault.kind === 'too-large' && open.length > 1) {
      // One of them spoils the request: sent alone, it shows which.
      for (const waiting of open) await this.#send([waiting]);
      return;
    }
    for (const { name, reject } of open) reject(errorOf(fault, `${name.type} ${name.subject}`));
  }

  #sleep(ms: number): Promise<void> {
    return new Promise((resolve) => {
      const done = (): void => {
        clearTimeout(timer);
        this.#wake = undefined;
        resolve();
      };
      const timer = setTimeout(done, ms);
      this.#wake = done;
    });
  }
}

function settleAll(sent: readonly Waiting[], placed: readonly Placed[]): void {
  const next = new Map(placed.map((one) => [one.partition, { ...one }]));
  for (const { partition, resolve, reject } of sent) {
    const place = next.get(partition);
    if (place === undefined) reject(new KafkaFault('lost', `the brokers did not say where partition ${partition} is`));
    else resolve({ offset: place.baseOffset++, appendedAtMs: place.appendedAtMs });
  }
}
