import { formatTime, TuttiError } from '@tutti/kernel';
import type { Clock } from '../clock/clock.js';
import type { RecordedTime } from '../clock/recorded-time.js';
import type { EpochOpened } from '../control/control-record.js';
import type { ControlState } from '../control/control-state.js';
import type { ControlStream } from '../control/control-stream.js';
import { ENGINE } from '../engine.js';
import { BackOff } from '../problems/back-off.js';
import type { Problems } from '../problems/problems.js';

/** How often epochs may and must be opened. */
export interface EpochPace {
  /** Never faster than this, milliseconds of the clock. */
  minimumMs: number;
  /** An epoch ends early after so many decisions. */
  decisionsMax: number;
}

/**
 * Opens epochs (DESIGN §4): at the latest after the model's `epoch`, early after many decisions or where something in
 * `control` waits to come into force, never faster than the pace allows.
 */
export class Opener {
  private decisions = 0;
  private openedAtMonotonicMs: number | undefined;
  private cancelTimer: () => void = () => undefined;
  private readonly stopListening: () => void;
  private working: Promise<void> | undefined;
  private again = false;
  private stopped = false;
  private readonly backOff = new BackOff();

  constructor(
    private readonly control: ControlStream,
    private readonly time: RecordedTime,
    private readonly clock: Clock,
    private readonly pace: EpochPace,
    private readonly problems: Problems,
  ) {
    this.stopListening = control.onRecord((opened) => {
      // Whoever opened it: others may open epochs of the same space.
      if (opened !== undefined) this.began();
      this.look();
    });
  }

  /** Tells of decisions judged. */
  decided(count: number): void {
    this.decisions += count;
    if (this.decisions >= this.pace.decisionsMax) this.look();
  }

  /** Looks whether an epoch is to be opened; sets the timer where it is not yet. */
  look(): void {
    this.again = true;
    if (this.stopped || this.working !== undefined) return;
    this.working = this.work().finally(() => {
      this.working = undefined;
      if (this.again) this.look();
    });
  }

  async stop(): Promise<void> {
    this.stopped = true;
    this.again = false;
    this.cancelTimer();
    this.stopListening();
    this.backOff.stop();
    await this.working;
  }

  private async work(): Promise<void> {
    while (this.again && !this.stopped) {
      this.again = false;
      this.cancelTimer();
      const waitMs = this.waitMs();
      if (waitMs === undefined) return;
      if (waitMs > 0) {
        this.cancelTimer = this.clock.after(waitMs, () => this.look());
        return;
      }
      await this.open();
    }
  }

  /** Milliseconds until the next epoch is due; undefined while there is no model. */
  private waitMs(): number | undefined {
    const { state } = this.control;
    const model = state.models.get(state.model);
    if (model === undefined) return undefined;
    const sinceMs =
      this.openedAtMonotonicMs === undefined ? Infinity : this.clock.monotonicMs() - this.openedAtMonotonicMs;
    const soonestMs = Math.max(0, this.pace.minimumMs - sinceMs);
    if (actWaits(state) || this.decisions >= this.pace.decisionsMax) return soonestMs;
    return Math.max(soonestMs, state.epochAtMs + model.compiled.definition.epochMs - this.time.now());
  }

  private async open(): Promise<void> {
    const { epoch } = this.control.state;
    try {
      // Where another opener was faster this one is no longer due.
      await this.control.append((state) => (state.epoch === epoch ? this.opening(state) : undefined));
      this.began();
      this.again = true;
    } catch (error) {
      if (!(error instanceof TuttiError) || !error.retryable) {
        this.problems.say('opener', error);
        return;
      }
      this.problems.say('opener', error);
      await this.backOff.wait();
      this.again = true;
    }
  }

  private began(): void {
    this.decisions = 0;
    this.openedAtMonotonicMs = this.clock.monotonicMs();
    this.problems.solved('opener');
    this.backOff.reset();
  }

  private opening(state: ControlState): EpochOpened {
    return {
      kind: 'EpochOpened',
      epoch: state.epoch + 1,
      controlRevision: state.revision,
      standingsOf: null,
      at: formatTime(Math.max(state.epochAtMs, this.time.now())),
      engine: ENGINE,
    };
  }
}

/** Whether anything was recorded since the last epoch was opened. */
function actWaits(state: ControlState): boolean {
  return state.revision > state.epochRevision;
}
