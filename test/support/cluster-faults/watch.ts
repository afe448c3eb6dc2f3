import { KafkaLog } from '@tutti/adapter-kafka';
import { PostgresJournal, PostgresSubjectStore } from '@tutti/adapter-postgres';
import {
  type ControlState,
  ControlStream,
  type Journal,
  ModelCache,
  readBlock,
  recordKind,
  verdictsOf,
} from '@tutti/runtime';
import type { Cluster, ServiceProcess } from '@tutti/testing';

/** What a contract process says of itself. */
export interface Readiness {
  ready: boolean;
  problems: { code: string; detail: string }[];
  partitions: { partition: number; term: number }[];
}

/** @throws where it does not answer in time */
export async function readinessOf({ url }: ServiceProcess): Promise<Readiness> {
  const response = await fetch(`${url}/health/ready`, { signal: AbortSignal.timeout(3_000) });
  const body = (await response.json()) as { details?: { backbone?: Partial<Readiness> } };
  const { problems = [], partitions = [] } = body.details?.backbone ?? {};
  return { ready: response.status === 200, problems, partitions };
}

/** Partitions that a contract process works on; none where it does not answer. */
export async function ownedBy(service: ServiceProcess): Promise<number[]> {
  const { partitions } = await readinessOf(service).catch(() => ({ partitions: [] }));
  return partitions.map(({ partition }) => partition);
}

/** Looks into a cluster from outside, by connections of its own. */
export class Watch {
  private constructor(
    readonly journal: Journal,
    private readonly log: KafkaLog,
    private readonly store: PostgresSubjectStore,
    private readonly space: string,
  ) {}

  static async open({ space, databaseUrl, kafka }: Cluster): Promise<Watch> {
    const [journal, log, store] = await Promise.all([
      PostgresJournal.open(databaseUrl),
      KafkaLog.connect({ brokers: [kafka.brokers], clientId: 'watch' }),
      PostgresSubjectStore.open(databaseUrl),
    ]);
    return new Watch(journal, log, store, space);
  }

  async close(): Promise<void> {
    await Promise.all([this.journal.close(), this.log.close(), this.store.close()]);
  }

  /** What operators and feedback have done so far. */
  async control(): Promise<ControlState> {
    const control = await ControlStream.open(this.journal, new ModelCache().compile, 0);
    control.close();
    return control.state;
  }

  /** Term of the last block. */
  async term(partition: number): Promise<number> {
    return (await this.journal.last(verdictsOf(partition)))?.term ?? 0;
  }

  /** Revision of the last verdict in the journal; -1 for none. */
  async journaled(partition: number): Promise<number> {
    const stream = verdictsOf(partition);
    let block = await this.journal.last(stream);
    while (block !== undefined) {
      const { records } = readBlock(stream, block);
      const last = records.findLast((record) => recordKind(stream, record) === 'verdict');
      if (last !== undefined) return last.revision;
      block = block.first === 0 ? undefined : (await this.journal.read(stream, block.first - 1, 1))[0];
    }
    return -1;
  }

  /** Revision up to which the store has the subjects; -1 for none. */
  async stored(partition: number): Promise<number> {
    return (await this.store.checkpoint(partition))?.revision ?? -1;
  }

  /** Revision of the last verdict on the topic; -1 for none. */
  async relayed(partition: number): Promise<number> {
    const last = await this.log.tail(`${this.space}.verdicts`, partition);
    return last === undefined ? -1 : Number(last.headers['ce_revision']!.toString());
  }

  /** Offset after the last input that has its record in the journal; 0 for none. */
  async answered(partition: number): Promise<number> {
    const stream = verdictsOf(partition);
    const block = await this.journal.last(stream);
    return block === undefined ? 0 : (readBlock(stream, block).header.next ?? 0);
  }

  /** Offset after the last record of the intake. */
  async taken(partition: number): Promise<number> {
    return (await this.log.range(`${this.space}.decisions`, partition)).end;
  }
}
