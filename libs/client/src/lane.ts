import type { Json } from '@tutti/kernel';
import { backOffMs } from './back-off.js';
import type { Caller } from './caller.js';
import { ClosedError, TimeoutError } from './errors.js';
import type { Envelope } from './event.js';
import type { Reply } from './http.js';
import { notRecorded } from './problem.js';
import { type Verdict, verdictFromWire } from './verdict.js';
import { isDuplicateBody, verdictOfBody } from './wire.js';

interface Waiting {
  envelope: Envelope;
  resolve(verdict: Verdict): void;
  reject(error: unknown): void;
}

/** The backbone takes 8 MiB a batch; in characters, a quarter of that is below it whatever they are. */
const CHARACTERS_MOST = 2 * 1024 * 1024;

/** Sends what is added to it in batches, in order, one request at a time. What comes meanwhile makes the next batch. */
export class Lane {
  readonly #caller: Caller;
  readonly #timeoutMs: number;
  readonly #batchMost: number;
  #queue: Waiting[] = [];
  #running = false;
  #stopped: { error: unknown } | undefined;

  constructor(caller: Caller, timeoutMs: number, batchMost: number) {
    this.#caller = caller;
    this.#timeoutMs = timeoutMs;
    this.#batchMost = batchMost;
  }

  /** Resolves with the verdict. After a failure nothing more is sent: order would be lost. */
  add(envelope: Envelope): Promise<Verdict> {
    if (this.#stopped !== undefined) return Promise.reject(this.#stopped.error);
    return new Promise((resolve, reject) => {
      this.#queue.push({ envelope, resolve, reject });
      if (!this.#running) {
        this.#running = true;
        queueMicrotask(() => void this.#run());
      }
    });
  }

  /** Sends no further batch; what waits is given up. */
  stop(error: unknown = new ClosedError()): void {
    this.#stopped ??= { error };
    for (const waiting of this.#queue.splice(0)) waiting.reject(error);
  }

  async #run(): Promise<void> {
    while (this.#queue.length > 0) {
      const batch = this.#queue.splice(0, this.#fitting());
      try {
        await this.#send(batch, performance.now() + this.#timeoutMs);
      } catch (error) {
        for (const waiting of batch) waiting.reject(error);
        this.stop(error);
      }
    }
    this.#running = false;
  }

  #fitting(): number {
    let characters = 0;
    let n = 0;
    while (n < this.#queue.length && n < this.#batchMost) {
      characters += this.#queue[n]!.envelope.json.length;
      if (n > 0 && characters > CHARACTERS_MOST) break;
      n++;
    }
    return n;
  }

  async #send(batch: Waiting[], endMs: number): Promise<void> {
    let unanswered = batch;
    for (let attempt = 1; ; attempt++) {
      const first = unanswered[0]!.envelope.name;
      const reply = await this.#caller.call(
        {
          method: 'POST',
          path: '/v1/decisions',
          headers: {
            'content-type': 'application/cloudevents-batch+json',
            // On many machines the answer waits for the verdicts; a second less than the attempt lasts.
            prefer: `return=minimal, wait=${Math.max(1, Math.floor(this.#caller.attemptTimeoutMs / 1000) - 1)}`,
          },
          body: `[${unanswered.map((waiting) => waiting.envelope.json).join(',')}]`,
        },
        { timeoutMs: Math.max(1, endMs - performance.now()), decision: first },
      );
      // 202: some are durable and not judged yet. Sent again, they get their first verdict.
      if ((reply.status !== 200 && reply.status !== 202) || !Array.isArray(reply.body)) {
        if (unanswered.length === 1 || (reply.status !== 400 && reply.status !== 413)) {
          throw notRecorded(reply, `batch from ${first.type} ${first.subject} on`);
        }
        // One of them spoils the batch: the halves tell which.
        const middle = unanswered.length >> 1;
        await this.#send(unanswered.slice(0, middle), endMs);
        return this.#send(unanswered.slice(middle), endMs);
      }
      const { body } = reply;
      unanswered = unanswered.filter((waiting, i) => !answered(waiting, body[i], reply));
      if (unanswered.length === 0) return;
      const waitMs = backOffMs(attempt, reply.retryAfterMs);
      if (performance.now() + waitMs >= endMs) throw new TimeoutError(unanswered[0]!.envelope.name, this.#timeoutMs);
      await this.#caller.lifetime.sleep(waitMs);
    }
  }
}

/** Gives an entry of a batch's answer to who waits for it; false where it has to be sent again. */
function answered(waiting: Waiting, entry: Json | undefined, reply: Reply): boolean {
  const wire = verdictOfBody(entry);
  if (wire !== undefined) {
    waiting.resolve(verdictFromWire(wire, isDuplicateBody(entry), waiting.envelope.event));
    return true;
  }
  if (typeof entry !== 'object' || entry === null || Array.isArray(entry)) return false;
  const status = typeof entry['status'] === 'number' ? entry['status'] : 500;
  if (status >= 500 || status === 429) return false;
  const { type, subject } = waiting.envelope.name;
  throw notRecorded({ ...reply, status, body: entry }, `${type} ${subject}`);
}
