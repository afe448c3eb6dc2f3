import { once } from 'node:events';
import { type AddressInfo, createServer } from 'node:net';
import { assertTopics, ensureTopics, tuttiTopics } from '@tutti/adapter-kafka';
import { type KafkaServer, type KafkaServerOptions, startKafka } from '../servers/kafka.js';
import { type PostgresServer, startPostgres, type StartPostgresOptions } from '../servers/postgres.js';
import { clusterFolders } from './cluster-data.js';
import { type ServiceKind, ServiceProcess } from './service-process.js';

export interface ClusterOptions {
  /** Name of the space. */
  space: string;
  /** Path of the model, published where the space has none yet. */
  model?: string;
  /** Of a space that begins. Default 12. */
  partitions?: number;
  /** Of a space that begins. Default `network`. */
  trust?: 'network' | 'signed';
  /** How many processes of each service. Default 1. */
  contracts?: number;
  projections?: number;
  feedbacks?: number;
  /** Folder that keeps everything, also after `close`. Default: temporary ones. */
  data?: string;
  /** Port of the first contract process. Default: any free one. */
  port?: number;
  /** More variables for every service: `{ TUTTI_LOG: 'debug' }`. */
  env?: Readonly<Record<string, string>>;
  /** Options of Node for every service. */
  nodeOptions?: readonly string[];
  kafka?: Omit<KafkaServerOptions, 'data'>;
  postgres?: Omit<StartPostgresOptions, 'folder'>;
  /** Called when the servers are up and before any service is: to fill the journal, say. */
  prepare?: (servers: { kafka: KafkaServer; postgres: PostgresServer }) => Promise<void>;
  /** Told of each step: `Kafka at 127.0.0.1:9092`. */
  onStep?: (text: string) => void;
}

/** A whole space on many processes: real Kafka, real PostgreSQL (journal and store), the three services. */
export interface Cluster {
  readonly space: string;
  readonly partitions: number;
  readonly kafka: KafkaServer;
  readonly postgres: PostgresServer;
  /** URL of the database that holds journal and store. */
  readonly databaseUrl: string;
  /** Of the first contract process. */
  readonly url: string;
  /** Every process, in the order they were started; those that were ended on purpose stay in it. */
  readonly services: readonly ServiceProcess[];
  of(kind: ServiceKind): ServiceProcess[];
  /** Starts one more process of a service; resolves when it is ready. */
  add(kind: ServiceKind): Promise<ServiceProcess>;
  /** Stops the services in order, then the servers. */
  close(): Promise<void>;
}

/**
 * Starts a whole space on this machine and resolves when every process is ready. All of it listens on loopback, and ends
 * with this process, however that ends.
 *
 * @throws TuttiError `service-not-ready`, `topic-differs`, and what starting Kafka and PostgreSQL throws; nothing is left running
 */
export async function startCluster(options: ClusterOptions): Promise<Cluster> {
  const { data, onStep = () => {} } = options;
  const folders = data === undefined ? undefined : await clusterFolders(data);
  const started = await Promise.allSettled([
    startKafka({ ...options.kafka, ...(folders && { data: folders.kafka }) }),
    startPostgres({ ...options.postgres, ...(folders && { folder: folders.postgres }) }),
  ]);
  const [kafka, postgres] = started;
  if (kafka.status === 'rejected' || postgres.status === 'rejected') {
    for (const server of started) if (server.status === 'fulfilled') await server.value.close();
    throw (started.find(({ status }) => status === 'rejected') as PromiseRejectedResult).reason;
  }
  onStep(`Kafka at ${kafka.value.brokers}, PostgreSQL at 127.0.0.1:${postgres.value.port}`);
  const cluster = new LocalCluster(options, kafka.value, postgres.value);
  try {
    await cluster.start();
    return cluster;
  } catch (error) {
    await cluster.close();
    throw error;
  }
}

class LocalCluster implements Cluster {
  readonly space: string;
  readonly partitions: number;
  readonly databaseUrl: string;
  readonly services: ServiceProcess[] = [];
  private ports: number[] = [];

  constructor(
    private readonly options: ClusterOptions,
    readonly kafka: KafkaServer,
    readonly postgres: PostgresServer,
  ) {
    this.space = options.space;
    this.partitions = options.partitions ?? 12;
    this.databaseUrl = postgres.url;
  }

  get url(): string {
    return this.of('contract')[0]!.url;
  }

  of(kind: ServiceKind): ServiceProcess[] {
    return this.services.filter((service) => service.kind === kind);
  }

  async start(): Promise<void> {
    const { contracts = 1, projections = 1, feedbacks = 1, port, prepare, onStep = () => {} } = this.options;
    onStep(await createTopics(this.kafka.brokers, this.space, this.partitions));
    await prepare?.(this);
    this.ports = await freePorts(contracts + projections + feedbacks);
    if (port !== undefined) this.ports.unshift(port);
    const all = [
      ...Array.from({ length: contracts }, () => this.prepare('contract')),
      ...Array.from({ length: projections }, () => this.prepare('projection')),
      ...Array.from({ length: feedbacks }, () => this.prepare('feedback')),
    ];
    for (const service of all) service.start();
    // Together: what the first contract publishes comes into force through feedback.
    await Promise.all(all.map((service) => service.ready()));
    for (const { name, url, pid } of all) onStep(`${name} at ${url} (process ${pid})`);
  }

  async add(kind: ServiceKind): Promise<ServiceProcess> {
    this.ports.push(...(await freePorts(1)));
    const service = this.prepare(kind);
    service.start();
    await service.ready();
    return service;
  }

  async close(): Promise<void> {
    await Promise.all(this.services.map((service) => service.stop()));
    this.kafka.resume();
    await Promise.allSettled([this.kafka.stop(), this.postgres.resume()]);
    await Promise.all([this.kafka.close(), this.postgres.close()]);
  }

  /** A service that has not been started yet, on the next port. */
  private prepare(kind: ServiceKind): ServiceProcess {
    const { trust = 'network', model, nodeOptions, env } = this.options;
    const service = new ServiceProcess({
      kind,
      name: `${kind}-${this.of(kind).length + 1}`,
      port: this.ports.shift()!,
      env: {
        TUTTI_SPACE: this.space,
        TUTTI_PARTITIONS: String(this.partitions),
        TUTTI_TRUST: trust,
        TUTTI_KAFKA: this.kafka.brokers,
        TUTTI_JOURNAL_URL: this.databaseUrl,
        TUTTI_STORE_URL: this.databaseUrl,
        ...(model === undefined || kind !== 'contract' ? {} : { TUTTI_MODEL: model }),
        ...env,
      },
      ...(nodeOptions === undefined ? {} : { nodeOptions }),
    });
    this.services.push(service);
    return service;
  }
}

/** Makes the space's topics, as `tutti topics` does. @returns what was made or was there */
async function createTopics(brokers: string, space: string, partitions: number): Promise<string> {
  const options = { brokers: [brokers], clientId: 'tutti-cluster' };
  const report = await ensureTopics(options, tuttiTopics(space, partitions));
  assertTopics(report);
  return `topics ${[...report.present, ...report.created].join(', ')}`;
}

/** Ports that are free now, all different. */
async function freePorts(count: number): Promise<number[]> {
  const servers = Array.from({ length: count }, () => createServer().listen(0, '127.0.0.1'));
  await Promise.all(servers.map((server) => once(server, 'listening')));
  const ports = servers.map((server) => (server.address() as AddressInfo).port);
  await Promise.all(servers.map((server) => once(server.close(), 'close')));
  return ports;
}
