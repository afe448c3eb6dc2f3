import { openControl } from '../backbone/open-control.js';
import type { Clock } from '../clock/clock.js';
import { RecordedTime } from '../clock/recorded-time.js';
import type { ControlStream } from '../control/control-stream.js';
import { ModelCache } from '../control/model-cache.js';
import { otherSpace } from '../control/read-space.js';
import { Opener, type EpochPace } from '../opener/opener.js';
import type { Journal } from '../ports/journal.js';
import type { Log } from '../ports/log.js';
import type { Problems } from '../problems/problems.js';
import { ControlRelay } from '../relay/control-relay.js';
import { DecisionCount } from './decision-count.js';

/** What leading takes. */
export interface LeadershipOptions {
  space: string;
  journal: Journal;
  log?: Log;
  clock: Clock;
  pace: EpochPace;
  problems: Problems;
}

/** What the one process does that leads: opens epochs, relays what is in force. */
export class Leadership {
  private readonly opener: Opener;
  private readonly counts: DecisionCount[] = [];
  private readonly relay: ControlRelay | undefined;

  private constructor(
    private readonly control: ControlStream,
    models: ModelCache,
    { space, journal, log, clock, pace, problems }: LeadershipOptions,
  ) {
    const time = new RecordedTime(clock, control.state.epochAtMs);
    this.opener = new Opener(control, time, clock, pace, problems);
    this.relay = log && new ControlRelay({ journal, log, space, problems }, models.compile);
    const count = (): void => {
      for (let p = this.counts.length; p < control.state.partitions; p++) {
        this.counts.push(new DecisionCount(journal, p, problems, (decisions) => this.opener.decided(decisions)));
      }
      control.forgetBefore(control.state.epoch);
    };
    control.onRecord(count);
    count();
    this.opener.look();
  }

  /** @throws JournalUnavailableError, TuttiError `space-differs`, `journal-corrupt`, `journal-version` */
  static async begin(options: LeadershipOptions): Promise<Leadership> {
    const models = new ModelCache();
    const control = await openControl(options.journal, models);
    const { revision, space } = control.state;
    if (revision >= 0 && space !== options.space) {
      control.close();
      throw otherSpace(options.space, space);
    }
    return new Leadership(control, models, options);
  }

  get epoch(): number {
    return this.control.state.epoch;
  }

  get relayed(): number {
    return this.relay?.revision ?? -1;
  }

  async end(): Promise<void> {
    await Promise.all([this.opener.stop(), this.relay?.stop(), ...this.counts.map((count) => count.stop())]);
    this.control.close();
  }
}
