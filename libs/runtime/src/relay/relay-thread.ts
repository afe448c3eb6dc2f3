import { Worker } from 'node:worker_threads';
import { TuttiError } from '@tutti/kernel';
import { BackOff } from '../problems/back-off.js';
import { Problems } from '../problems/problems.js';
import type { RelayReport, RelayRequest } from './relay-messages.js';
import type { Relaying, RelayStatus } from './relay.js';

/** What the relay's thread is started from. */
export interface RelayThreadOptions {
  /** The thread's module: opens journal and log from `data`, then calls `serveRelay`. */
  entry: URL;
  /** Handed to it as `workerData`: where journal and log are, as plain data. */
  data: unknown;
}

const OWNER = 'relay thread';
/** How long a thread may take to end. Milliseconds. */
const CLOSE_MAX_MS = 10_000;

/** A relay in a thread of its own, so that it takes no time from judging. A thread that dies is started again. */
export class RelayThread implements Relaying {
  private worker: Worker | undefined;
  private readonly wanted = new Set<number>();
  private readonly open = new Map<number, () => void>();
  private readonly backOff = new BackOff(100, 5_000);
  private readonly problems = new Problems(Date.now);
  private told: RelayStatus = { partitions: [], problems: [] };
  private numbers = 0;
  private closing = false;

  constructor(private readonly options: RelayThreadOptions) {
    this.begin();
  }

  add(partition: number): void {
    if (this.closing || this.wanted.has(partition)) return;
    this.wanted.add(partition);
    this.post({ ask: 'add', partition });
  }

  async remove(partition: number): Promise<void> {
    if (!this.wanted.delete(partition)) return;
    await this.ask((number) => ({ ask: 'remove', partition, number }));
  }

  status(): RelayStatus {
    const { partitions, problems } = this.told;
    return { partitions, problems: [...this.problems.list(), ...problems] };
  }

  async close(): Promise<void> {
    if (this.closing) return;
    this.closing = true;
    this.backOff.stop();
    const worker = this.worker;
    if (worker === undefined) return;
    // A thread that does not end by itself loses nothing: the next one goes on after the topic's tail.
    const timer = setTimeout(() => void worker.terminate(), CLOSE_MAX_MS);
    await this.ask((number) => ({ ask: 'close', number }));
    clearTimeout(timer);
    await worker.terminate();
  }

  private begin(): void {
    const { entry, data } = this.options;
    const worker = new Worker(entry, { workerData: data });
    this.worker = worker;
    let why: unknown;
    worker.on('message', (report: RelayReport) => this.heard(report));
    worker.on('error', (error) => (why = error));
    worker.on('exit', (code) => void this.ended(worker, why ?? new Error(`it ended with code ${code}`)));
    for (const partition of this.wanted) this.post({ ask: 'add', partition });
  }

  private heard(report: RelayReport): void {
    switch (report.say) {
      case 'status':
        this.told = report.status;
        this.problems.solved(OWNER);
        this.backOff.reset();
        return;
      case 'done':
        this.open.get(report.number)?.();
        this.open.delete(report.number);
        return;
      default:
        report satisfies never;
    }
  }

  private async ended(worker: Worker, why: unknown): Promise<void> {
    if (this.worker !== worker) return;
    this.worker = undefined;
    // With the thread whatever it did has ended.
    for (const resolve of this.open.values()) resolve();
    this.open.clear();
    if (this.closing) return;
    const message = why instanceof Error ? why.message : String(why);
    this.problems.say(
      OWNER,
      new TuttiError('relay-stopped', `the relay's thread has ended: ${message}`, { cause: why }),
    );
    await this.backOff.wait();
    if (!this.closing) this.begin();
  }

  private ask(make: (number: number) => RelayRequest): Promise<void> {
    if (this.worker === undefined) return Promise.resolve();
    const number = ++this.numbers;
    return new Promise((resolve) => {
      this.open.set(number, resolve);
      this.post(make(number));
    });
  }

  private post(request: RelayRequest): void {
    this.worker?.postMessage(request);
  }
}

/** Starts a relay in a thread of its own. */
export function startRelayThread(options: RelayThreadOptions): RelayThread {
  return new RelayThread(options);
}
