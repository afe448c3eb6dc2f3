import type { DatabaseSync } from 'node:sqlite';
import { setImmediate } from 'node:timers/promises';
import {
  EdgeFold,
  JournalReader,
  recordKind,
  verdictAt,
  verdictsOf,
  type CheckedBlock,
  type DecisionIndex,
  type Edge,
  type Journal,
} from '@tutti/runtime';
import { openDatabase, transact, type FileFormat } from '../database.js';
import { asPortError } from '../failure.js';
import { decisionKey, readIndexed } from './decision-key.js';
import { mergeEdges } from './merge-edges.js';

/*
 * Keys are hashes, so that a row is small; a page of blocks is inserted in the order of its keys. What stands in the
 * index and how far it has read are committed together.
 */
const FORMAT: FileFormat = {
  role: 'index',
  version: 1,
  tables: `
    CREATE TABLE progress (partition INTEGER PRIMARY KEY, next INTEGER NOT NULL) STRICT;
    CREATE TABLE decisions (
      key INTEGER, partition INTEGER, revision INTEGER, PRIMARY KEY (key, partition, revision)
    ) STRICT, WITHOUT ROWID;
    CREATE TABLE edges (signature TEXT PRIMARY KEY, edge TEXT NOT NULL) STRICT, WITHOUT ROWID;
    CREATE TABLE uses (contract TEXT PRIMARY KEY, count INTEGER NOT NULL) STRICT, WITHOUT ROWID;`,
  settings: 'PRAGMA synchronous = NORMAL; PRAGMA cache_size = -32768; PRAGMA journal_size_limit = 67108864;',
};

const BLOCKS_PER_TRANSACTION = 16;

/** An index over the journal in an SQLite file of its own. Reads on to the journal's end before it answers. */
export class JournalIndex implements DecisionIndex {
  private readonly statements: ReturnType<typeof prepare>;
  private turn: Promise<unknown> = Promise.resolve();
  private closed = false;

  private constructor(
    private readonly database: DatabaseSync,
    private readonly journal: Journal,
    private readonly path: string,
  ) {
    this.statements = prepare(database);
  }

  /**
   * @param path file, made where there is none; or `:memory:`
   * @param journal read, not closed
   * @throws TuttiError `index-corrupt`, `index-version`, `data-foreign`, `data-read-only`, `disk-full`
   */
  static open(path: string, journal: Journal): JournalIndex {
    return new JournalIndex(openDatabase(path, FORMAT), journal, path);
  }

  /** Makes the file where there is none, and looks whether it can be used. */
  static make(path: string): void {
    openDatabase(path, FORMAT).close();
  }

  async find(source: string, id: string): Promise<{ partition: number; revision: number }[]> {
    await this.catchUp();
    const rows = this.statements.find.all(decisionKey(source, id)) as { partition: number; revision: number }[];
    const found: { partition: number; revision: number }[] = [];
    for (const { partition, revision } of rows) {
      const reader = new JournalReader(this.journal, verdictsOf(partition), 1);
      for await (const record of reader.records(revision)) {
        const indexed = readIndexed(partition, record);
        if (indexed.source === source && indexed.id === id) found.push({ partition, revision });
        break;
      }
    }
    return found;
  }

  async edges(): Promise<Edge[]> {
    await this.catchUp();
    const edges = this.statements.edges.all().map((row) => JSON.parse(row['edge'] as string) as Edge);
    return edges.toSorted((a, b) => b.count - a.count || (a.signature < b.signature ? -1 : 1));
  }

  async contractUse(): Promise<Record<string, Record<number, number>>> {
    await this.catchUp();
    const use: Record<string, Record<number, number>> = {};
    for (const row of this.statements.uses.all()) {
      const contract = row['contract'] as string;
      const at = contract.lastIndexOf('@');
      (use[contract.slice(0, at)] ??= {})[Number(contract.slice(at + 1))] = row['count'] as number;
    }
    return use;
  }

  /**
   * Reads on, at most so many transactions of every partition. Gives way to the event loop between them.
   *
   * @returns whether it has come to the journal's end
   * @throws JournalUnavailableError, StoreUnavailableError (the index itself: `disk-full` and the like), TuttiError
   *   `journal-corrupt`, `journal-version`, `index-corrupt`
   */
  catchUp(transactionsMax = Infinity): Promise<boolean> {
    const done = this.turn.then(async () => {
      const streams = await this.streams();
      // An index that is ahead is that of another journal, or of one that was set back.
      if (streams.some(({ partition, end }) => this.nextOf(partition) > end)) {
        transact(this.database, () => this.database.exec(WIPE));
      }
      let atEnd = true;
      for (const { partition, end } of streams) {
        if (!(await this.readOn(partition, end, transactionsMax))) atEnd = false;
      }
      return atEnd;
    });
    this.turn = done.catch(() => undefined);
    return done.catch((error: unknown) => {
      throw asPortError('index', this.path, error);
    });
  }

  /** Records in all partitions' streams. */
  async records(): Promise<number> {
    return (await this.streams()).reduce((sum, { end }) => sum + end, 0);
  }

  async close(): Promise<void> {
    if (this.closed) return;
    this.closed = true;
    await this.turn;
    this.database.close();
  }

  /** The partitions' streams, and the revision after the last of each. */
  private async streams(): Promise<{ partition: number; end: number }[]> {
    const streams: { partition: number; end: number }[] = [];
    for (const stream of await this.journal.streams()) {
      const partition = Number(/^verdicts-(\d+)$/.exec(stream)?.[1] ?? -1);
      const last = await this.journal.last(stream);
      if (partition >= 0 && last !== undefined) streams.push({ partition, end: last.first + last.count });
    }
    return streams;
  }

  private nextOf(partition: number): number {
    return (this.statements.progress.get(partition)?.['next'] as number | undefined) ?? 0;
  }

  private async readOn(partition: number, end: number, transactionsMax: number): Promise<boolean> {
    const reader = new JournalReader(this.journal, verdictsOf(partition), BLOCKS_PER_TRANSACTION);
    let page: CheckedBlock[] = [];
    let transactions = 0;
    for await (const block of reader.blocks(this.nextOf(partition))) {
      if (this.closed || block.first >= end) break;
      page.push(block);
      if (page.length < BLOCKS_PER_TRANSACTION) continue;
      this.add(partition, page);
      page = [];
      transactions += 1;
      if (transactions >= transactionsMax) return false;
      await setImmediate();
    }
    if (page.length > 0) this.add(partition, page);
    return true;
  }

  private add(partition: number, blocks: readonly CheckedBlock[]): void {
    const stream = verdictsOf(partition);
    const decisions: { key: number; revision: number }[] = [];
    const edges = new EdgeFold();
    const uses = new Map<string, number>();
    for (const record of blocks.flatMap(({ records }) => records)) {
      if (recordKind(stream, record) !== 'verdict') continue;
      const { source, id, accepted, hasFindings, contract } = readIndexed(partition, record);
      if (source !== undefined && id !== undefined) {
        decisions.push({ key: decisionKey(source, id), revision: record.revision });
      }
      if (hasFindings) edges.add(verdictAt(partition, record.revision, record.line));
      if (accepted && contract !== undefined) uses.set(contract, (uses.get(contract) ?? 0) + 1);
    }
    decisions.sort((a, b) => a.key - b.key);
    const { statements } = this;
    transact(this.database, () => {
      for (const { key, revision } of decisions) statements.addDecision.run(key, partition, revision);
      for (const since of edges.edges()) {
        const before = statements.edge.get(since.signature)?.['edge'] as string | undefined;
        const edge = before === undefined ? since : mergeEdges(JSON.parse(before) as Edge, since);
        statements.setEdge.run(edge.signature, JSON.stringify(edge));
      }
      for (const [contract, count] of uses) statements.addUse.run(contract, count);
      statements.setProgress.run(partition, blocks.at(-1)!.end);
    });
  }
}

const WIPE = 'DELETE FROM progress; DELETE FROM decisions; DELETE FROM edges; DELETE FROM uses;';

function prepare(database: DatabaseSync) {
  return {
    progress: database.prepare('SELECT next FROM progress WHERE partition = ?'),
    setProgress: database.prepare('INSERT OR REPLACE INTO progress (partition, next) VALUES (?, ?)'),
    find: database.prepare('SELECT partition, revision FROM decisions WHERE key = ? ORDER BY partition, revision'),
    addDecision: database.prepare('INSERT OR IGNORE INTO decisions (key, partition, revision) VALUES (?, ?, ?)'),
    edge: database.prepare('SELECT edge FROM edges WHERE signature = ?'),
    edges: database.prepare('SELECT edge FROM edges'),
    setEdge: database.prepare('INSERT OR REPLACE INTO edges (signature, edge) VALUES (?, ?)'),
    uses: database.prepare('SELECT contract, count FROM uses'),
    addUse: database.prepare(
      'INSERT INTO uses (contract, count) VALUES (?, ?) ON CONFLICT DO UPDATE SET count = count + excluded.count',
    ),
  };
}
