import { NOTHING, type ControlState } from '../control/control-state.js';
import type { ControlRecord, EpochOpened } from '../control/control-record.js';
import { CONTROL } from '../control/control-stream.js';
import { foldControl, type Compile } from '../control/fold-control.js';
import { regimeAt } from '../control/regime-at.js';
import { parseRecord } from '../journal/record.js';
import { BackOff } from '../problems/back-off.js';
import { AT_END, StreamTail } from '../reading/stream-tail.js';
import type { RelaySurroundings } from './partition-relay.js';
import { policyRecords, REGIME_KEY } from './policy-records.js';
import { revisionOf } from './verdict-record.js';

const OWNER = 'relay control';

/**
 * Sends what is in force to the one partition of topic `SPACE.policies`, when an epoch brings it into force: at least
 * once, in order. On its start it goes on after the topic's tail; the record of an epoch that may be incomplete there
 * is sent again. Two of them do no harm: consumers drop what has a lower `ce_revision` than they have seen.
 */
export class ControlRelay {
  private readonly topic: string;
  private readonly tail: StreamTail;
  private readonly backOff = new BackOff();
  private readonly running: Promise<void>;
  private folded: ControlState = NOTHING;
  /** The epoch before, as far as its regime was not made yet: most of a long history is never looked at. */
  private before: { control: ControlState; opened: EpochOpened } | undefined;
  private relayed = -1;
  private stopped = false;

  constructor(
    private readonly around: RelaySurroundings,
    private readonly compile: Compile,
  ) {
    const { journal, problems, space } = around;
    this.topic = `${space}.policies`;
    this.tail = new StreamTail({ journal, stream: CONTROL, problems, owner: `${OWNER} journal` });
    this.running = this.run();
  }

  /** Control revision of the last epoch that the topic is known to hold; -1 for none. */
  get revision(): number {
    return this.relayed;
  }

  async stop(): Promise<void> {
    this.stopped = true;
    this.tail.stop();
    this.backOff.stop();
    await this.running;
    this.around.problems.solved(OWNER);
    this.around.problems.solved(`${OWNER} journal`);
  }

  private async run(): Promise<void> {
    const done = await this.patiently(() => this.whereFrom());
    if (done === undefined) return;
    this.relayed = done;
    for await (const block of this.tail.from(0)) {
      if (block === AT_END) continue;
      for (const line of block.records) {
        if (line.revision === block.first) continue;
        const record = parseRecord(CONTROL, line) as unknown as ControlRecord;
        if (record.kind === 'EpochOpened') {
          if (line.revision > this.relayed) await this.send(line.revision, record);
          if (this.stopped) return;
          this.before = { control: this.folded, opened: record };
        }
        this.folded = foldControl(this.folded, [{ revision: line.revision, record }], this.compile);
      }
    }
  }

  private async send(revision: number, opened: EpochOpened): Promise<void> {
    const { space, log } = this.around;
    const regime = regimeAt(this.folded, opened);
    const before = this.before && regimeAt(this.before.control, this.before.opened);
    const records = policyRecords(space, revision, regime, before, this.folded.models);
    const sent = await this.patiently(() => log.send(this.topic, 0, records));
    if (sent !== undefined) this.relayed = revision;
  }

  /** Control revision up to which the topic is complete. */
  private async whereFrom(): Promise<number> {
    const last = await this.around.log.tail(this.topic, 0);
    const revision = last === undefined ? undefined : revisionOf(last.headers);
    if (last === undefined || revision === undefined) return -1;
    return last.key?.toString('utf8') === REGIME_KEY ? revision : revision - 1;
  }

  private async patiently<T>(work: () => Promise<T>): Promise<T | undefined> {
    while (!this.stopped) {
      try {
        const result = await work();
        this.around.problems.solved(OWNER);
        this.backOff.reset();
        return result;
      } catch (error) {
        if (this.stopped) break;
        this.around.problems.say(OWNER, error);
        await this.backOff.wait();
      }
    }
    return undefined;
  }
}
