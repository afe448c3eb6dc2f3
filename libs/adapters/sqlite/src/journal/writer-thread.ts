import { Worker } from 'node:worker_threads';
import { JournalUnavailableError } from '@tutti/runtime/journal';
import { fromPortable } from '../portable-error.js';
import type { Append, AppendOutcome, JournalWriter } from './block-writer.js';
import type { WriterAnswer, WriterRequest } from './writer-messages.js';

interface Waiting {
  resolve: (done: AppendOutcome[] | undefined) => void;
  reject: (error: Error) => void;
}

/**
 * Writes blocks in a thread of its own, so that compressing and waiting for the disk take no time from judging. A thread
 * that ended by itself is started again by the next request.
 */
export class WriterThread implements JournalWriter {
  private worker: Worker | undefined;
  private readonly waiting: Waiting[] = [];
  private closing = false;

  /** @param path the journal's file; it must have been made */
  constructor(private readonly path: string) {
    this.start();
  }

  async write(appends: readonly Append[]): Promise<AppendOutcome[]> {
    return (await this.tell({ tell: 'write', appends }))!;
  }

  async limitSize(bytesMax: number | undefined): Promise<void> {
    await this.tell({ tell: 'limitSize', bytesMax });
  }

  async close(): Promise<void> {
    const { worker } = this;
    if (worker === undefined) return;
    // From here on the process waits for the thread's end.
    this.closing = true;
    const exited = new Promise((resolve) => worker.once('exit', resolve));
    await this.tell({ tell: 'close' });
    await exited;
  }

  private tell(request: WriterRequest): Promise<AppendOutcome[] | undefined> {
    return new Promise((resolve, reject) => {
      const worker = this.worker ?? this.start();
      this.waiting.push({ resolve, reject });
      // Somebody waits: the process may not end before the answer.
      worker.ref();
      // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a thread, not a window
      worker.postMessage(request);
    });
  }

  private start(): Worker {
    const worker = new Worker(new URL('./writer-worker.js', import.meta.url), {
      workerData: this.path,
      name: 'tutti-journal',
      // Options of the main program, such as `--input-type`, are not for a thread.
      execArgv: [],
    });
    worker.on('message', (answer: WriterAnswer) => this.answered(worker, answer));
    worker.on('error', (error) => this.ended(worker, error));
    worker.on('exit', () => this.ended(worker, undefined));
    worker.unref();
    this.worker = worker;
    return worker;
  }

  private answered(worker: Worker, answer: WriterAnswer): void {
    const waiting = this.waiting.shift();
    if (this.waiting.length === 0 && !this.closing) worker.unref();
    if ('done' in answer) waiting?.resolve(answer.done);
    else waiting?.reject(fromPortable(answer.failure));
  }

  private ended(worker: Worker, cause: Error | undefined): void {
    if (this.worker !== worker) return;
    this.worker = undefined;
    const error = new JournalUnavailableError("the journal's thread has ended", { where: this.path, cause });
    for (const { reject } of this.waiting.splice(0)) reject(error);
  }
}
