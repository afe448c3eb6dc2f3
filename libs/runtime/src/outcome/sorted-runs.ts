import { createReadStream } from 'node:fs';
import { mkdtemp, open, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { sortByBytes } from '../partition/sort-by-bytes.js';

/** Lines by subject: in memory while they are few, else in files, each sorted by the subject's UTF-8 bytes. */
export class SortedRuns {
  private bySubject = new Map<string, string[]>();
  private chars = 0;
  private folder: string | undefined;
  private readonly files: string[] = [];

  constructor(private readonly memoryChars: number) {}

  /** Adds a line (no line feed in it, not beginning with a quotation mark). */
  async add(subject: string, line: string): Promise<void> {
    const lines = this.bySubject.get(subject);
    if (lines === undefined) this.bySubject.set(subject, [line]);
    else lines.push(line);
    this.chars += line.length;
    if (this.chars > this.memoryChars) await this.spill();
  }

  /** The runs, oldest first; each gives subjects in byte order with their lines. */
  async readers(): Promise<AsyncIterator<[string, readonly string[]]>[]> {
    return [...this.files.map((file) => readRun(file)), this.remembered()];
  }

  async remove(): Promise<void> {
    if (this.folder !== undefined) await rm(this.folder, { recursive: true, force: true });
  }

  private async *remembered(): AsyncGenerator<[string, readonly string[]], void, undefined> {
    yield* sortByBytes(this.bySubject, ([id]) => id);
  }

  private async spill(): Promise<void> {
    this.folder ??= await mkdtemp(join(tmpdir(), 'tutti-outcome-'));
    const path = join(this.folder, String(this.files.length));
    const file = await open(path, 'w');
    try {
      for await (const [id, lines] of this.remembered()) {
        await file.write(`${JSON.stringify(id)}\n${lines.join('\n')}\n`);
      }
    } finally {
      await file.close();
    }
    this.files.push(path);
    this.bySubject = new Map();
    this.chars = 0;
  }
}

async function* readRun(path: string): AsyncGenerator<[string, readonly string[]], void, undefined> {
  let id: string | undefined;
  let lines: string[] = [];
  for await (const line of linesOf(path)) {
    if (!line.startsWith('"')) {
      lines.push(line);
      continue;
    }
    if (id !== undefined) yield [id, lines];
    id = JSON.parse(line) as string;
    lines = [];
  }
  if (id !== undefined) yield [id, lines];
}

/** Lines between line feeds; `node:readline` would also cut at U+2028, which JSON does not escape. */
async function* linesOf(path: string): AsyncGenerator<string, void, undefined> {
  let rest = '';
  for await (const chunk of createReadStream(path, { encoding: 'utf8', highWaterMark: 1 << 20 })) {
    const lines = (rest + (chunk as string)).split('\n');
    rest = lines.pop()!;
    yield* lines;
  }
}
