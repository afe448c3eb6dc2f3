import { Inject, Injectable, Logger } from '@nestjs/common';
import type { Backbone, OperatorAct } from '@tutti/runtime';
import { authorOf, type Caller } from '../access/caller.js';
import { BACKBONE } from '../tokens.js';

/** What an act has led to. */
export interface Done {
  controlRevision: number;
  /** Epoch from which on every partition judges by it. */
  effectiveEpoch: number;
  /** False where some partition has not got there within the wait. */
  inForce: boolean;
}

type WithoutAuthor<A> = A extends unknown ? Omit<A, 'by' | 'because'> : never;
type Act = WithoutAuthor<OperatorAct>;

/** How long an act's answer waits until it is in force everywhere. */
const IN_FORCE_WAIT_MS = 5_000;

/** Journals operators' acts under their name. */
@Injectable()
export class Operator {
  readonly #log = new Logger('operator');

  constructor(@Inject(BACKBONE) private readonly backbone: Backbone) {}

  /** @throws TuttiError as `Backbone.operate` */
  async act(act: Act, caller: Caller, why: { by?: string; because: string }, ifRevision?: number): Promise<Done> {
    const authored = { ...act, by: authorOf(caller, why.by), because: why.because } as OperatorAct;
    const done = await this.backbone.operate(authored, ifRevision);
    this.#log.log(`${authored.act} by ${authored.by}, in force from epoch ${done.effectiveEpoch}: ${authored.because}`);
    return { ...done, inForce: await this.#inForce(done.effectiveEpoch) };
  }

  async #inForce(epoch: number): Promise<boolean> {
    let timer: NodeJS.Timeout | undefined;
    const tooLong = new Promise<false>((resolve) => {
      timer = setTimeout(() => resolve(false), IN_FORCE_WAIT_MS);
    });
    const reached = this.backbone.inForce(epoch).then(
      () => true,
      () => false,
    );
    const inForce = await Promise.race([reached, tooLong]);
    clearTimeout(timer);
    return inForce;
  }
}
