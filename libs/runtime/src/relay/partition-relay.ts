import { TuttiError } from '@tutti/kernel';
import { recordKind } from '../journal/record.js';
import type { Journal } from '../ports/journal.js';
import type { Log, NewRecord } from '../ports/log.js';
import { BackOff } from '../problems/back-off.js';
import type { Problems } from '../problems/problems.js';
import { verdictsOf } from '../reading/block-shelf.js';
import { AT_END, StreamTail } from '../reading/stream-tail.js';
import { revisionOf, VerdictRecords } from './verdict-record.js';

/** What relays work with. */
export interface RelaySurroundings {
  journal: Journal;
  log: Log;
  space: string;
  problems: Problems;
}

/** How far a partition's relay has come. */
export interface PartitionRelayed {
  partition: number;
  /** Revision of the last verdict that the topic is known to hold; -1 for none. */
  revision: number;
  /** Verdicts sent since it was added, repeated ones included. */
  sent: number;
}

const BATCH_RECORDS = 2_000;
const BATCH_BYTES = 4 * 1024 * 1024;

/**
 * Sends one partition's verdicts to the topic of the same number: at least once, in order, without gaps. One send at a
 * time; what comes meanwhile makes the next one. What the log refuses is sent again until it is taken.
 */
export class PartitionRelay {
  private readonly topic: string;
  private readonly stream: string;
  private readonly owner: string;
  private readonly records: VerdictRecords;
  private readonly tail: StreamTail;
  private readonly backOff = new BackOff();
  private readonly running: Promise<void>;
  private batch: NewRecord[] = [];
  private batchBytes = 0;
  private lastInBatch = -1;
  private sending: Promise<void> = Promise.resolve();
  private relayed = -1;
  private sent = 0;
  private stopped = false;

  constructor(
    private readonly around: RelaySurroundings,
    private readonly partition: number,
  ) {
    const { space, journal, problems } = around;
    this.topic = `${space}.verdicts`;
    this.stream = verdictsOf(partition);
    this.owner = `relay ${partition}`;
    this.records = new VerdictRecords(space, partition);
    this.tail = new StreamTail({ journal, stream: this.stream, problems, owner: `${this.owner} journal` });
    this.running = this.run();
  }

  status(): PartitionRelayed {
    return { partition: this.partition, revision: this.relayed, sent: this.sent };
  }

  /** Resolves when nothing more is sent. */
  async stop(): Promise<void> {
    this.stopped = true;
    this.tail.stop();
    this.backOff.stop();
    await this.running;
    this.around.problems.solved(this.owner);
    this.around.problems.solved(`${this.owner} journal`);
  }

  private async run(): Promise<void> {
    const from = await this.patiently(() => this.begin());
    if (from === undefined) return;
    for await (const block of this.tail.from(from)) {
      if (block !== AT_END) {
        for (const record of block.records) {
          if (recordKind(this.stream, record) !== 'verdict') continue;
          this.add(this.records.make(record), record.revision);
        }
        if (this.batch.length < BATCH_RECORDS && this.batchBytes < BATCH_BYTES) continue;
      }
      if (this.batch.length > 0) await this.flush();
    }
    await this.sending;
  }

  private add(record: NewRecord, revision: number): void {
    this.batch.push(record);
    this.batchBytes += record.value.length;
    this.lastInBatch = revision;
  }

  /** Waits for the send before, begins the next one. */
  private async flush(): Promise<void> {
    await this.sending;
    if (this.stopped) return;
    const { batch, lastInBatch } = this;
    this.batch = [];
    this.batchBytes = 0;
    this.sending = this.patiently(() => this.around.log.send(this.topic, this.partition, batch)).then((offsets) => {
      if (offsets === undefined) return;
      this.relayed = lastInBatch;
      this.sent += batch.length;
    });
  }

  /** Where to go on: after the topic's tail. */
  private async begin(): Promise<number> {
    const { log, journal } = this.around;
    const last = await log.tail(this.topic, this.partition);
    const revision = last === undefined ? undefined : revisionOf(last.headers);
    if (revision === undefined) return 0;
    const end = await journal.last(this.stream);
    const journaled = end === undefined ? -1 : end.first + end.count - 1;
    if (revision > journaled) throw topicAhead(this.topic, this.partition, revision, journaled);
    this.relayed = revision;
    return revision + 1;
  }

  /** Tries until it works, saying what is wrong. Undefined: stopped meanwhile. */
  private async patiently<T>(work: () => Promise<T>): Promise<T | undefined> {
    while (!this.stopped) {
      try {
        const result = await work();
        this.around.problems.solved(this.owner);
        this.backOff.reset();
        return result;
      } catch (error) {
        this.around.problems.say(this.owner, error);
        await this.backOff.wait();
      }
    }
    return undefined;
  }
}

function topicAhead(topic: string, partition: number, revision: number, journaled: number): TuttiError {
  return new TuttiError(
    'topic-ahead',
    `topic ${topic}, partition ${partition}, holds verdict ${revision}; the journal ends at ${journaled}`,
    {
      where: `${topic}/${partition}`,
      mend: 'The topic is of another history: name the right journal, or give the space a new topic.',
      facts: { topic, partition, revision, journaled },
    },
  );
}
