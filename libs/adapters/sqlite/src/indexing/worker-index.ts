import { Worker } from 'node:worker_threads';
import { TuttiError } from '@tutti/kernel';
import type { DecisionIndex, Edge } from '@tutti/runtime';
import type { WorkerAnswer, WorkerAnswers, WorkerQuestion, WorkerStart } from './worker-messages.js';

interface Waiting {
  resolve: (answer: never) => void;
  reject: (error: Error) => void;
}

type Question = WorkerQuestion extends infer Q ? (Q extends WorkerQuestion ? Omit<Q, 'number'> : never) : never;

/** The index in a thread of its own, so that indexing takes no time from judging. */
export class WorkerIndex implements DecisionIndex {
  private readonly worker: Worker;
  private readonly waiting = new Map<number, Waiting>();
  private asked = 0;
  private ended: Error | undefined;
  private closed: Promise<void> | undefined;

  /** @param start files; both must have been made */
  constructor(start: WorkerStart) {
    this.worker = new Worker(new URL('./index-worker.js', import.meta.url), { workerData: start, name: 'tutti-index' });
    this.worker.on('message', (message: WorkerAnswer) => this.answered(message));
    this.worker.on('error', (error) => this.end(error));
    this.worker.on('exit', () => this.end(undefined));
    this.worker.unref();
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
    this.closed ??= this.ended === undefined ? this.finish() : Promise.resolve();
    return this.closed;
  }

  private async finish(): Promise<void> {
    const exited = new Promise((resolve) => this.worker.once('exit', resolve));
    // Where it has ended by itself there is nothing left to close.
    await this.ask({ ask: 'close' }).catch(() => undefined);
    await exited;
  }

  private ask<Q extends Question>(question: Q): Promise<WorkerAnswers[Q['ask']]> {
    if (this.ended !== undefined) return Promise.reject(this.ended);
    this.asked += 1;
    const number = this.asked;
    // Somebody waits: the process may not end before the answer.
    this.worker.ref();
    return new Promise((resolve, reject) => {
      this.waiting.set(number, { resolve, reject });
      // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a thread, not a window
      this.worker.postMessage({ ...question, number });
    });
  }

  private answered(message: WorkerAnswer): void {
    const waiting = this.waiting.get(message.number);
    this.waiting.delete(message.number);
    if (this.waiting.size === 0) this.worker.unref();
    if ('answer' in message) {
      waiting?.resolve(message.answer as never);
      return;
    }
    const { code, message: said, ...details } = message.failure;
    waiting?.reject(new TuttiError(code, said, details));
  }

  private end(cause: Error | undefined): void {
    this.ended ??= new TuttiError('index-unavailable', 'the index has ended', {
      mend: 'Start again; it is built from the journal.',
      cause,
    });
    for (const { reject } of this.waiting.values()) reject(this.ended);
    this.waiting.clear();
  }
}
