import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { access, chown, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { promisify } from 'node:util';
import { Client } from 'pg';
import { accountForServer, type Account } from './postgres-account.js';
import { findPostgres, type PostgresBinaries } from './postgres-binaries.js';
import { PostgresStartError } from './postgres-error.js';
import { PostgresProcess, type StopMode } from './postgres-process.js';

export interface StartPostgresOptions {
  /** Folder that keeps the data, also after `close`; made where there is none. Default: a temporary one. */
  folder?: string;
  /** Port on the loopback; default: any free one. */
  port?: number;
  /** Settings of the server by name, see PostgreSQL's documentation: `{ max_connections: '300' }`. */
  settings?: Readonly<Record<string, string>>;
}

/** A real PostgreSQL 18 on the loopback, for tests and for trying out. What it acknowledges is on the disk (`fsync`). */
export interface PostgresServer {
  /** URL of an empty database, `tutti`, with the password. The same after `stop` and `start`. */
  readonly url: string;
  readonly port: number;
  /** Process of the server; undefined while it is stopped. */
  readonly pid: number | undefined;
  /** Makes one more database. @param name default: a fresh one @returns its URL */
  createDatabase(name?: string): Promise<string>;
  /** Ends the server, keeps its data. @param mode `immediate`: as a crash does, it recovers at the next start */
  stop(mode?: StopMode): Promise<void>;
  /** Starts it again on the same data and port; resolves when it answers. @throws PostgresStartError */
  start(): Promise<void>;
  /** Freezes the server and all its sessions: connections stay, nothing answers. Linux only. */
  pause(): Promise<void>;
  resume(): Promise<void>;
  /** Ends it and removes its temporary folder. */
  close(): Promise<void>;
}

const USER = 'tutti';
const DATABASE = 'tutti';
const START_WITHIN_MS = 60_000;
const PORTS_TRIED = 5;

const SETTINGS = {
  listen_addresses: '127.0.0.1',
  unix_socket_directories: '',
  max_connections: '200',
  log_min_messages: 'warning',
};

/**
 * Starts PostgreSQL and resolves when it answers, after about two seconds. The server ends with this process, however
 * that ends.
 *
 * @throws PostgresStartError (`postgres-start`) no binaries for this platform, no user to run it as, no port,
 *   or the server's own words
 */
export async function startPostgres(options: StartPostgresOptions = {}): Promise<PostgresServer> {
  const account = await accountForServer();
  const binaries = await findPostgres(account !== undefined);
  const folder = options.folder ?? (await mkdtemp(join(tmpdir(), 'tutti-postgres-')));
  const scratch = options.folder === undefined ? folder : '';
  try {
    await mkdir(folder, { recursive: true });
    if (account !== undefined) await chown(folder, account.uid, account.gid);
    const password = await makeCluster(binaries, account, folder);
    const server = new LocalPostgres(binaries, account, folder, scratch, password, options);
    await server.start();
    await server.ensureDatabase(DATABASE);
    return server;
  } catch (error) {
    if (scratch !== '') await rm(scratch, { recursive: true, force: true });
    if (error instanceof PostgresStartError) throw error;
    throw new PostgresStartError('PostgreSQL could not be set up', { where: folder, cause: error });
  }
}

class LocalPostgres implements PostgresServer {
  port: number;
  private process: PostgresProcess | undefined;

  constructor(
    private readonly binaries: PostgresBinaries,
    private readonly account: Account | undefined,
    private readonly folder: string,
    private readonly scratch: string,
    private readonly password: string,
    private readonly options: StartPostgresOptions,
  ) {
    this.port = options.port ?? 0;
  }

  get url(): string {
    return this.urlOf(DATABASE);
  }

  get pid(): number | undefined {
    return this.process?.running === true ? this.process.pid : undefined;
  }

  async createDatabase(name = `t_${randomBytes(6).toString('hex')}`): Promise<string> {
    await this.ask('postgres', (client) => client.query(`CREATE DATABASE ${client.escapeIdentifier(name)}`));
    return this.urlOf(name);
  }

  async ensureDatabase(name: string): Promise<void> {
    const { rowCount } = await this.ask('postgres', (client) =>
      client.query('SELECT 1 FROM pg_database WHERE datname = $1', [name]),
    );
    if (rowCount === 0) await this.createDatabase(name);
  }

  async stop(mode: StopMode = 'fast'): Promise<void> {
    await this.process?.stop(mode);
    this.process = undefined;
  }

  async start(): Promise<void> {
    if (this.pid !== undefined) return;
    // Another process may take a port between the moment it was found free and the server's start.
    for (let attempt = 1; ; attempt += 1) {
      const chosen = this.port === 0;
      if (chosen) this.port = await freePort();
      try {
        await this.startOn(this.port);
        return;
      } catch (error) {
        if (!chosen || attempt === PORTS_TRIED) throw error;
        this.port = 0;
      }
    }
  }

  async pause(): Promise<void> {
    await this.process?.signalAll('SIGSTOP');
  }

  async resume(): Promise<void> {
    await this.process?.signalAll('SIGCONT');
  }

  async close(): Promise<void> {
    await this.stop(this.scratch === '' ? 'fast' : 'immediate');
    if (this.scratch !== '') await rm(this.scratch, { recursive: true, force: true });
  }

  private async startOn(port: number): Promise<void> {
    const settings = Object.entries({ ...SETTINGS, ...this.options.settings });
    const args = ['-D', join(this.folder, 'data'), '-p', String(port)];
    for (const [name, value] of settings) args.push('-c', `${name}=${value}`);
    const started = new PostgresProcess(this.binaries.postgres, args, this.account, this.folder, this.scratch);
    const until = Date.now() + START_WITHIN_MS;
    while (!(await this.answers())) {
      if (started.running && Date.now() < until) {
        await delay(30);
        continue;
      }
      await started.stop('immediate');
      throw new PostgresStartError(`PostgreSQL did not start: ${started.said.at(-1) ?? 'it said nothing'}`, {
        where: `127.0.0.1:${port}`,
        facts: { said: started.said },
      });
    }
    if (!started.running) {
      throw new PostgresStartError('another server answers on the port', { where: `127.0.0.1:${port}` });
    }
    this.process = started;
  }

  private async answers(): Promise<boolean> {
    try {
      await this.ask('postgres', (client) => client.query('SELECT 1'));
      return true;
    } catch {
      return false;
    }
  }

  private async ask<T>(database: string, work: (client: Client) => Promise<T>): Promise<T> {
    const client = new Client({ connectionString: this.urlOf(database), connectionTimeoutMillis: 5_000 });
    client.on('error', () => undefined);
    try {
      await client.connect();
      return await work(client);
    } finally {
      await client.end();
    }
  }

  private urlOf(database: string): string {
    return `postgres://${USER}:${this.password}@127.0.0.1:${this.port}/${encodeURIComponent(database)}`;
  }
}

/** Makes the server's files where there are none. @returns its password */
async function makeCluster(
  { initdb }: PostgresBinaries,
  account: Account | undefined,
  folder: string,
): Promise<string> {
  const passwordFile = join(folder, 'password');
  const data = join(folder, 'data');
  const made = await access(join(data, 'PG_VERSION')).then(
    () => true,
    () => false,
  );
  if (made) return (await readFile(passwordFile, 'utf8')).trim();
  const password = randomBytes(16).toString('hex');
  await writeFile(passwordFile, password, { mode: 0o600 });
  if (account !== undefined) await chown(passwordFile, account.uid, account.gid);
  const args = [`--pgdata=${data}`, `--username=${USER}`, `--pwfile=${passwordFile}`, '--auth=scram-sha-256'];
  args.push('--encoding=UTF8', '--locale=C', '--no-sync', '--no-instructions');
  try {
    await promisify(execFile)(initdb, args, { ...account, cwd: folder, env: { ...process.env, LC_ALL: 'C' } });
  } catch (cause) {
    const said = (cause as { stderr?: string }).stderr?.trim().split('\n').at(-1) ?? String(cause);
    throw new PostgresStartError(`PostgreSQL could not make its files: ${said}`, { where: folder, cause });
  }
  return password;
}

async function freePort(): Promise<number> {
  const probe = createServer().listen(0, '127.0.0.1');
  await once(probe, 'listening');
  const { port } = probe.address() as AddressInfo;
  probe.close();
  await once(probe, 'close');
  return port;
}
