import type { DatabaseSync } from 'node:sqlite';
import { packBytes, type Block } from '@tutti/runtime/journal';
import { transact } from '../database.js';
import { asPortError } from '../failure.js';

/** A block asked to be appended to a stream. */
export interface Append {
  stream: string;
  block: Block;
}

/** What became of an append: it is there, or the stream goes on at another revision. */
export type AppendOutcome = 'there' | { goesOnAt: number };

/** Writes blocks into the journal's tables. */
export class BlockWriter {
  private readonly statements: ReturnType<typeof prepare>;
  private readonly numbers = new Map<string, number>();

  constructor(
    private readonly database: DatabaseSync,
    private readonly path: string,
  ) {
    this.statements = prepare(database);
  }

  /**
   * Writes in one transaction, with one wait for the disk, what can be written; each has its own outcome.
   *
   * @throws the port's errors: nothing was written, or that is not known
   */
  write(appends: readonly Append[]): AppendOutcome[] {
    try {
      return transact(this.database, () => appends.map((append) => this.writeOne(append)));
    } catch (error) {
      // Numbers given to new streams went away with the transaction.
      this.numbers.clear();
      throw asPortError('journal', this.path, error);
    }
  }

  /** Reads the tail each time: others may write the file too. */
  private writeOne({ stream, block }: Append): AppendOutcome {
    const { first, count, term, id } = block;
    const known = this.numberOf(stream);
    const tail = known === undefined ? undefined : this.statements.tail.get(known);
    const end = tail === undefined ? 0 : (tail['first'] as number) + (tail['count'] as number);
    if (first !== end) {
      const there = known === undefined ? undefined : this.statements.idAt.get(known, first)?.['id'];
      return there === id ? 'there' : { goesOnAt: end };
    }
    const packed = packBytes(block.bytes);
    this.statements.insert.run(known ?? this.addStream(stream), first, count, term, id, packed.codec, packed.bytes);
    return 'there';
  }

  private numberOf(stream: string): number | undefined {
    const cached = this.numbers.get(stream);
    if (cached !== undefined) return cached;
    const found = this.statements.streamNumber.get(stream)?.['number'] as number | undefined;
    if (found !== undefined) this.numbers.set(stream, found);
    return found;
  }

  private addStream(stream: string): number {
    const number = Number(this.statements.addStream.run(stream).lastInsertRowid);
    this.numbers.set(stream, number);
    return number;
  }
}

function prepare(database: DatabaseSync) {
  return {
    streamNumber: database.prepare('SELECT number FROM streams WHERE name = ?'),
    addStream: database.prepare('INSERT INTO streams (name) VALUES (?)'),
    tail: database.prepare('SELECT first, count FROM blocks WHERE stream = ? ORDER BY first DESC LIMIT 1'),
    idAt: database.prepare('SELECT id FROM blocks WHERE stream = ? AND first = ?'),
    insert: database.prepare(
      'INSERT INTO blocks (stream, first, count, term, id, codec, bytes) VALUES (?, ?, ?, ?, ?, ?, ?)',
    ),
  };
}
