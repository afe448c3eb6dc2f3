import type { Clock } from '../clock/clock.js';
import { SystemClock } from '../clock/system-clock.js';
import { LeaseHolder } from '../leases/lease-holder.js';
import type { EpochPace } from '../opener/opener.js';
import type { Journal } from '../ports/journal.js';
import type { Leases } from '../ports/leases.js';
import type { Log } from '../ports/log.js';
import { BackOff } from '../problems/back-off.js';
import { Problems, type Problem } from '../problems/problems.js';
import { Leadership } from './leadership.js';

/** What the feedback of a space is run with. Everything in it stays its caller's to close. */
export interface FeedbackOptions {
  space: string;
  journal: Journal;
  leases: Leases;
  /** Unique to the process. */
  owner: string;
  /** Where what is in force is relayed to; undefined: nowhere. */
  log?: Log;
  /** Default: the machine's. */
  clock?: Clock;
  /** Default: at most one epoch in 200 ms, early after 100,000 decisions. */
  pace?: Partial<EpochPace>;
  /** Default: ones of its own, in its status. */
  problems?: Problems;
  /** How long the lease holds without being renewed; default 10,000. */
  leaseMs?: number;
}

/** How the feedback of a space is, seen from this process. */
export interface FeedbackStatus {
  /** Whether this process does it now. */
  leading: boolean;
  /** Last epoch opened, as far as seen while leading; 0 before. */
  epoch: number;
  /** Control revision up to which topic `policies` is complete; -1 for none, or where another leads. */
  relayed: number;
  problems: Problem[];
}

/** Feedback at work in this process, or waiting for its turn. */
export interface RunningFeedback {
  status(): FeedbackStatus;
  /** Hands over to another process. */
  close(): Promise<void>;
}

const PACE: EpochPace = { minimumMs: 200, decisionsMax: 100_000 };

/**
 * Opens epochs and relays what is in force, in one process of all that run this: the one that holds the lease
 * `feedback`. Two at once do no harm: both append to `control` under its expected revision.
 */
export function runFeedback(options: FeedbackOptions): RunningFeedback {
  return new Feedback(options);
}

class Feedback implements RunningFeedback {
  private readonly holder: LeaseHolder;
  private readonly problems: Problems;
  private readonly clock: Clock;
  private readonly backOff = new BackOff(100);
  private leadership: Leadership | undefined;
  private turn: Promise<void> = Promise.resolve();
  private epoch = 0;

  constructor(private readonly options: FeedbackOptions) {
    const clock = options.clock ?? new SystemClock();
    this.clock = clock;
    this.problems = options.problems ?? new Problems(() => clock.nowMs());
    this.holder = new LeaseHolder({
      leases: options.leases,
      name: 'feedback',
      owner: options.owner,
      ...(options.leaseMs !== undefined && { forMs: options.leaseMs }),
      clock,
      problems: this.problems,
      gained: () => this.inTurn(() => this.begin()),
      lost: () => this.inTurn(() => this.end()),
    });
  }

  status(): FeedbackStatus {
    const { leadership } = this;
    this.epoch = leadership?.epoch ?? this.epoch;
    return {
      leading: leadership !== undefined && this.holder.held,
      epoch: this.epoch,
      relayed: leadership?.relayed ?? -1,
      problems: this.problems.list(),
    };
  }

  async close(): Promise<void> {
    this.backOff.stop();
    await this.holder.close();
    await this.turn;
  }

  private inTurn(work: () => Promise<void>): void {
    this.turn = this.turn.then(work);
  }

  private async begin(): Promise<void> {
    const { problems, clock, holder } = this;
    const pace = { ...PACE, ...this.options.pace };
    while (holder.held) {
      try {
        this.leadership = await Leadership.begin({ ...this.options, clock, pace, problems });
        problems.solved('feedback');
        return;
      } catch (error) {
        // Also what cannot work now: an operator may mend it.
        problems.say('feedback', error);
        await this.backOff.wait();
      }
    }
  }

  private async end(): Promise<void> {
    const { leadership } = this;
    this.leadership = undefined;
    this.epoch = leadership?.epoch ?? this.epoch;
    this.problems.solved('feedback');
    await leadership?.end();
  }
}
