import { TuttiError } from '@tutti/kernel';
import type { Backbone, BackboneStatus, IntakeDoor } from '@tutti/runtime';

type Served = Backbone & IntakeDoor;

/** Everything that is asked of a backbone but its name and how it is. */
const ASKED: ReadonlySet<string> = new Set<Exclude<keyof Served, 'space' | 'status'>>([
  'partitions',
  'submit',
  'submitAll',
  'dryRun',
  'regime',
  'control',
  'operate',
  'inForce',
  'subject',
  'history',
  'findDecision',
  'verdict',
  'verdicts',
  'tails',
  'follow',
  'edges',
  'contractUse',
  'compile',
  'close',
  'send',
  'verdictAt',
]);

/**
 * A backbone whose servers may not be there yet: HTTP is served from the first moment, and until it has come, everything
 * asked of it is refused with `unavailable`, saying what is waited for.
 */
export class AwaitedBackbone {
  /** To serve, before and after. */
  readonly served: Served;
  readonly #space: string;
  readonly #sinceMs: number;
  #come: Served | undefined;
  #problem: { code: string; detail: string };

  /** @param nowMs wall time, milliseconds */
  constructor(space: string, nowMs: number) {
    this.#space = space;
    this.#sinceMs = nowMs;
    this.#problem = { code: 'starting', detail: 'the process has just started' };
    this.served = new Proxy({} as Served, { get: (_, name) => this.#read(name) });
  }

  /** Says what is waited for. */
  waitsFor(code: string, detail: string): void {
    this.#problem = { code, detail };
  }

  /** It is there: everything goes to it from now on. */
  has(backbone: Served): void {
    this.#come = backbone;
  }

  #read(name: string | symbol): unknown {
    if (this.#come !== undefined) {
      const value: unknown = Reflect.get(this.#come, name);
      return typeof value === 'function' ? value.bind(this.#come) : value;
    }
    if (name === 'space') return this.#space;
    if (name === 'status') return () => this.#status();
    if (typeof name !== 'string' || !ASKED.has(name)) return undefined;
    if (name === 'partitions') throw this.#refusal();
    return () => {
      throw this.#refusal();
    };
  }

  #status(): BackboneStatus {
    const problems = [{ ...this.#problem, sinceMs: this.#sinceMs }];
    return { ready: false, problems, epoch: 0, modelRevision: 0, model: '', trust: 'signed', partitions: [] };
  }

  #refusal(): TuttiError {
    return new TuttiError('unavailable', this.#problem.detail, {
      retryable: true,
      facts: { waitsFor: this.#problem.code },
    });
  }
}
