import { Worker } from 'node:worker_threads';
import { TuttiError } from '@tutti/kernel';
import type { DecisionIndex, Edge } from '@tutti/runtime';
import { fromPortable } from '../portable-error.js';
import type { WorkerAnswer, WorkerAnswers, WorkerQuestion, WorkerStart } from './worker-messages.js';

interface Waiting {
  resolve: (answer: never) => void;
  reject: (error: Error) => void;
}

type Question = WorkerQuestion extends infer Q ? (Q extends WorkerQuestion ? Omit<Q, 'number'> : never) : never;

/** When the thread is started although nobody has asked: starting a process has better things to do. */
const START_AFTER_MS = 3_000;

/**
 * The index in a thread of its own, so that indexing takes no time from judging. A thread that ends by itself (a full
 * disk keeps it from beginning) is begun again with the next question.
 */
export class WorkerIndex implements DecisionIndex {
  private worker: Worker | undefined;
  private readonly timer: NodeJS.Timeout;
  private readonly waiting = new Map<number, Waiting>();
  private asked = 0;
  private isClosed = false;
  private closed: Promise<void> | undefined;

  /** @param start files; both must have been made */
  constructor(private readonly start: WorkerStart) {
    this.timer = setTimeout(() => this.running(), START_AFTER_MS).unref();
  }

  find(source: string, id: string): Promise<{ partition: number; revision: number }[]> {
    return this.ask({ ask: 'find', source, id });
  }

  edges(): Promise<Edge[]> {
    return this.ask({ ask: 'edges' });
  }

  contractUse(): Promise<Record<string, Record<number, number>>> {
    return this.ask({ ask: 'contractUse' });
  }

  close(): Promise<void> {
    this.closed ??= this.finish();
    return this.closed;
  }

  private async finish(): Promise<void> {
    clearTimeout(this.timer);
    const { worker } = this;
    if (worker !== undefined) {
      const exited = new Promise((resolve) => worker.once('exit', resolve));
      // Where it has ended by itself there is nothing left to close.
      await this.ask({ ask: 'close' }).catch(() => undefined);
      // The answer let go of the thread; the process may not end before the thread has closed its files.
      worker.ref();
      await exited;
    }
    this.isClosed = true;
    this.refuseAll(undefined);
  }

  private running(): Worker {
    if (this.worker !== undefined) return this.worker;
    clearTimeout(this.timer);
    const file = new URL('./index-worker.js', import.meta.url);
    const worker = new Worker(file, { workerData: this.start, name: 'tutti-index', execArgv: [] });
    worker.on('message', (message: WorkerAnswer) => this.answered(message));
    worker.on('error', (error) => this.lost(worker, error));
    worker.on('exit', () => this.lost(worker, undefined));
    worker.unref();
    this.worker = worker;
    return worker;
  }

  private ask<Q extends Question>(question: Q): Promise<WorkerAnswers[Q['ask']]> {
    if (this.isClosed) return Promise.reject(unavailable(undefined));
    this.asked += 1;
    const number = this.asked;
    const worker = this.running();
    // Somebody waits: the process may not end before the answer.
    worker.ref();
    return new Promise((resolve, reject) => {
      this.waiting.set(number, { resolve, reject });
      // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a thread, not a window
      worker.postMessage({ ...question, number });
    });
  }

  private answered(message: WorkerAnswer): void {
    const waiting = this.waiting.get(message.number);
    this.waiting.delete(message.number);
    if (this.waiting.size === 0) this.worker?.unref();
    if ('answer' in message) {
      waiting?.resolve(message.answer as never);
      return;
    }
    waiting?.reject(fromPortable(message.failure));
  }

  private lost(worker: Worker, cause: unknown): void {
    if (this.worker !== worker) return;
    this.worker = undefined;
    this.refuseAll(cause);
  }

  private refuseAll(cause: unknown): void {
    const error = unavailable(cause);
    for (const { reject } of this.waiting.values()) reject(error);
    this.waiting.clear();
  }
}

function unavailable(cause: unknown): TuttiError {
  const said = cause instanceof Error ? `: ${cause.message}` : '';
  return new TuttiError('index-unavailable', `the index has ended${said}`, {
    retryable: true,
    mend: 'Ask again: it is begun anew, from the journal where it has to be.',
    cause,
  });
}
