import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { KafkaLog, type KafkaSasl } from '@tutti/adapter-kafka';
import { TuttiError } from '@tutti/kernel';
import { kafkaJars } from './kafka-jars.js';
import {
  adminPassword,
  KAFKA_ADMIN,
  type KafkaUsers,
  LOG4J2,
  type NodePlace,
  nodeSettings,
  properties,
} from './kafka-settings.js';

const run = promisify(execFile);

export interface KafkaServerOptions {
  /** Settings of the broker to add or replace, e.g. `message.max.bytes`. */
  settings?: Readonly<Record<string, string>>;
  /** With users the broker asks for SASL PLAIN, and ACLs hold; `admin` (password `admin-secret`) may do everything. */
  users?: KafkaUsers;
  /** Most heap of the Java process. Default `512m`. */
  heap?: string;
  /** Client port; default any free one. */
  port?: number;
  /** Folder it keeps its data in, which then outlives `close`. Default a temporary one. */
  data?: string;
  /** What the broker says on its standard output. */
  onOutput?: (text: string) => void;
}

/** A real broker of one node on this machine. */
export interface KafkaServer {
  /** `127.0.0.1:PORT`, for clients. The same after a restart. */
  readonly brokers: string;
  readonly port: number;
  /** Process id of the node, as long as it runs. */
  readonly pid: number | undefined;
  /** Freezes the process (SIGSTOP): connections stay, nothing answers. */
  pause(): void;
  /** Lets a frozen process go on. */
  resume(): void;
  /** Ends it in good order; what it has stays. */
  stop(): Promise<void>;
  /** Starts it again on the same data and port; resolves when it answers. */
  start(): Promise<void>;
  /** Ends it at once (SIGKILL); what it has stays. */
  kill(): Promise<void>;
  /** Ends it and removes what it has. */
  close(): Promise<void>;
}

/**
 * Starts Apache Kafka (one KRaft node, its jars from Maven) on free loopback ports and resolves when it answers.
 * Should this process die, the broker ends as well.
 *
 * @throws TuttiError `java-missing`, `kafka-jars`, or `kafka-start` with what the broker said
 */
export async function startKafka(options: KafkaServerOptions = {}): Promise<KafkaServer> {
  const jars = await kafkaJars();
  const home = await mkdtemp(join(tmpdir(), 'tutti-kafka-'));
  const [port, controllerPort] = await freePorts();
  const place = {
    port: options.port ?? port!,
    controllerPort: controllerPort!,
    folder: options.data ?? join(home, 'data'),
  };
  const node = new KafkaNode(jars, home, place, options);
  try {
    await node.format();
    await node.start();
  } catch (error) {
    await node.close();
    throw error;
  }
  return node;
}

class KafkaNode implements KafkaServer {
  private child: ChildProcess | undefined;
  private said = '';
  private readonly config: string;

  constructor(
    private readonly jars: string,
    private readonly home: string,
    private readonly place: NodePlace,
    private readonly options: KafkaServerOptions,
  ) {
    this.config = join(home, 'server.properties');
  }

  get port(): number {
    return this.place.port;
  }

  get brokers(): string {
    return `127.0.0.1:${this.place.port}`;
  }

  get pid(): number | undefined {
    return this.child?.pid;
  }

  /** Writes its configuration, and makes its data folder one where it is none. */
  async format(): Promise<void> {
    const settings = { ...nodeSettings(this.place, this.options.users), ...this.options.settings };
    await writeFile(this.config, properties(settings));
    await writeFile(join(this.home, 'log4j2.properties'), LOG4J2);
    const words = ['format', '--ignore-formatted', '-t', 'dHV0dGktdGVzdC1rYWZrYQ', '-c', this.config];
    const java = ['-Xmx128m', '-XX:TieredStopAtLevel=1', '-XX:+UseSerialGC', ...this.classPath()];
    await run('java', [...java, 'kafka.tools.StorageTool', ...words]).catch((cause: unknown) => {
      throw startError(`its data folder could not be made: ${(cause as { stderr?: string }).stderr ?? ''}`, cause);
    });
  }

  async start(): Promise<void> {
    if (this.child !== undefined) return;
    const java = [`-Xmx${this.options.heap ?? '512m'}`, '-XX:+UseSerialGC', '-XX:+ExitOnOutOfMemoryError'];
    this.said = '';
    const child = spawn('java', [...java, ...this.classPath(), 'kafka.Kafka', this.config], {
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    this.child = child;
    const gone = new Promise<never>((_, reject) => {
      child.once('error', (cause) => reject(startError('it could not be started', cause)));
      child.once('exit', (code, signal) => {
        this.child = undefined;
        reject(startError(`it ended (${code ?? signal}): ${this.said.slice(-2_000)}`));
      });
    });
    gone.catch(() => {});
    guard(child, this.options.data === undefined ? this.home : undefined);
    await Promise.race([gone, this.saysItIsUp(child).then(() => this.answers())]);
  }

  pause(): void {
    this.child?.kill('SIGSTOP');
  }

  resume(): void {
    this.child?.kill('SIGCONT');
  }

  async stop(): Promise<void> {
    this.resume();
    await this.end('SIGTERM');
  }

  async kill(): Promise<void> {
    await this.end('SIGKILL');
  }

  async close(): Promise<void> {
    await this.end('SIGKILL');
    await rm(this.home, { recursive: true, force: true, maxRetries: 5 });
  }

  private async end(signal: NodeJS.Signals): Promise<void> {
    const { child } = this;
    if (child === undefined) return;
    const ended = once(child, 'exit');
    child.kill(signal);
    const patience = setTimeout(() => child.kill('SIGKILL'), 15_000);
    await ended.finally(() => clearTimeout(patience));
  }

  private saysItIsUp(child: ChildProcess): Promise<void> {
    return new Promise((resolve) => {
      const hear = (text: string): void => {
        this.said = (this.said + text).slice(-16_384);
        this.options.onOutput?.(text);
        if (this.said.includes('Kafka Server started')) resolve();
      };
      child.stdout!.setEncoding('utf8').on('data', hear);
      child.stderr!.setEncoding('utf8').on('data', hear);
    });
  }

  /** Resolves when the broker has answered a request for metadata. */
  private async answers(): Promise<void> {
    const { users } = this.options;
    const sasl: KafkaSasl = { mechanism: 'plain', username: KAFKA_ADMIN, password: adminPassword(users) };
    const log = await KafkaLog.connect({
      brokers: [this.brokers],
      clientId: 'tutti-testing',
      ...(users === undefined ? {} : { sasl }),
    });
    await log.close();
  }

  private classPath(): string[] {
    return ['-cp', join(this.jars, '*'), `-Dlog4j2.configurationFile=${join(this.home, 'log4j2.properties')}`];
  }
}

/** Should this process end without having ended the broker, ends it and removes its folder. */
function guard(child: ChildProcess, folder: string | undefined): void {
  const onExit = (): void => void child.kill('SIGKILL');
  process.once('exit', onExit);
  // It waits for the end of its standard input, which comes when this process is gone, however it went.
  const script = `while read -r _; do :; done; kill -9 ${child.pid}; ${folder === undefined ? '' : 'sleep 1; rm -rf "$1"'}`;
  const watch = spawn('sh', ['-c', script, 'sh', folder ?? ''], {
    stdio: ['pipe', 'ignore', 'ignore'],
    detached: true,
  });
  watch.once('error', () => {});
  watch.stdin.on('error', () => {});
  watch.unref();
  (watch.stdin as unknown as { unref(): void }).unref();
  child.once('exit', () => {
    process.removeListener('exit', onExit);
    watch.kill('SIGKILL');
  });
}

async function freePorts(): Promise<number[]> {
  const servers = [createServer(), createServer()];
  await Promise.all(servers.map((server) => once(server.listen(0, '127.0.0.1'), 'listening')));
  const ports = servers.map((server) => (server.address() as AddressInfo).port);
  await Promise.all(servers.map((server) => once(server.close(), 'close')));
  return ports;
}

function startError(message: string, cause?: unknown): TuttiError {
  return new TuttiError('kafka-start', `Kafka did not start: ${message}`, {
    mend: 'See what the broker says.',
    cause,
  });
}
