import { partitionOf } from '@tutti/kernel';
import type { Cluster } from '@tutti/testing';
import { type Admin, CompressionTypes, type Message, type Producer } from 'kafkajs';
import { plainKafka } from './load.js';

/** What is asked of a verdict here. */
export interface ShownVerdict {
  accepted: boolean;
  reasons?: { code: string; detail?: string }[];
  decision: { id?: string; base64?: string };
  hash: string;
  subject?: { id: string; state: string; sequence: number };
  input: { topic: string; partition: number; offset: number };
}

const WAIT_S = 60;
let ids = 0;

/** The intake topic as anybody reaches it: decisions in by plain kafkajs, verdicts by the place of their input. */
export class Intake {
  readonly topic: string;
  private connected: Promise<Producer> | undefined;

  constructor(
    private readonly cluster: Cluster,
    private readonly partitions: number,
  ) {
    this.topic = `${cluster.space}.decisions`;
  }

  async close(): Promise<void> {
    await (await this.connected)?.disconnect();
  }

  /** Partition of a subject. */
  of(subject: string): number {
    return partitionOf(subject, this.partitions);
  }

  /** A subject nobody has decided about yet, of this partition. */
  subjectIn(partition: number): string {
    for (;;) {
      const subject = `parcel-${++ids}`;
      if (this.of(subject) === partition) return subject;
    }
  }

  /** Posts a parcel: nothing is wrong with it. */
  post(subject: string, more: object = {}): Message {
    const attributes = { id: `post-${++ids}`, source: '/participants/sender-1', type: 'parcel.post', subject };
    const event = { specversion: '1.0', ...attributes, time: new Date().toISOString(), data: { weight: 1, ...more } };
    return { key: subject, value: JSON.stringify(event), partition: this.of(subject) };
  }

  /** Sends records of one partition as one batch. @returns the offset of the first */
  async send(messages: Message[], compression = CompressionTypes.None): Promise<number> {
    const producer = await (this.connected ??= this.connect());
    const [sent] = await producer.send({ topic: this.topic, messages, acks: -1, compression });
    return Number(sent!.baseOffset);
  }

  /** The verdict on an input, waited for. @param url of the contract process to ask; default: the first */
  async verdict(partition: number, offset: number, url = this.cluster.url): Promise<ShownVerdict> {
    const response = await fetch(`${url}/v1/inputs/${partition}/${offset}`, {
      headers: { prefer: `wait=${WAIT_S}` },
      signal: AbortSignal.timeout(2 * WAIT_S * 1_000),
    });
    const text = await response.text();
    if (response.status !== 200) throw new Error(`input ${partition}/${offset}: ${response.status} ${text}`);
    return JSON.parse(text) as ShownVerdict;
  }

  async administer<T>(work: (admin: Admin) => Promise<T>): Promise<T> {
    const admin = plainKafka(this.cluster.kafka.brokers).admin();
    await admin.connect();
    try {
      return await work(admin);
    } finally {
      await admin.disconnect();
    }
  }

  /** Sends records in one transaction, which leaves a marker behind: an offset that nobody will ever read. @returns as {@link send} */
  async transact(messages: Message[], how: 'commit' | 'abort'): Promise<number> {
    const producer = plainKafka(this.cluster.kafka.brokers).producer({
      transactionalId: `transaction-${++ids}`,
      idempotent: true,
      maxInFlightRequests: 1,
    });
    await producer.connect();
    try {
      const transaction = await producer.transaction();
      const [sent] = await transaction.send({ topic: this.topic, messages, acks: -1 });
      await transaction[how]();
      return Number(sent!.baseOffset);
    } finally {
      await producer.disconnect();
    }
  }

  private async connect(): Promise<Producer> {
    const producer = plainKafka(this.cluster.kafka.brokers).producer({ allowAutoTopicCreation: false });
    await producer.connect();
    return producer;
  }
}
