import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { FileShape } from './map/import-map.js';
import { openRows, type Row } from './read-rows.js';

const SHAPE: FileShape = { encoding: 'utf-8', separator: ',', quote: '"', empty: [''] };
let folder: string;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'tutti-rows-'));
});

afterAll(() => rmSync(folder, { recursive: true }));

async function read(
  content: string | Buffer,
  shape: Partial<FileShape> = {},
): Promise<{ columns: string[]; rows: Row[] }> {
  const path = join(folder, 'log.csv');
  writeFileSync(path, content);
  const { columns, rows, close } = await openRows(path, { ...SHAPE, ...shape });
  const all: Row[] = [];
  try {
    for await (const row of rows) all.push(row);
  } finally {
    close();
  }
  return { columns, rows: all };
}

describe('rows of a log', () => {
  it('are numbered from the first below the header; quoted cells may hold line feeds', async () => {
    const { columns, rows } = await read('a,b\r\n1,"x\r\ny"\r\n\r\n2,z\r\n');
    expect(columns).toEqual(['a', 'b']);
    expect(rows.map(({ number, line, cells }) => ({ number, line, cells }))).toEqual([
      { number: 1, line: 3, cells: ['1', 'x\r\ny'] },
      { number: 2, line: 5, cells: ['2', 'z'] },
    ]);
  });

  it('may begin with a byte order mark, and have another separator and quote', async () => {
    const { columns, rows } = await read("\uFEFFa;b\n1;'x;y'\n", { separator: ';', quote: "'" });
    expect(columns).toEqual(['a', 'b']);
    expect(rows[0]!.cells).toEqual(['1', 'x;y']);
  });

  it('are read in the encoding of the map, across chunks of the file', async () => {
    const long = `a\n${'ü'.repeat(70_001)}\n`;
    expect((await read(long)).rows[0]!.cells[0]).toBe('ü'.repeat(70_001));
    const latin = Buffer.from('a\nfrüh\n', 'latin1');
    expect((await read(latin, { encoding: 'windows-1252' })).rows[0]!.cells).toEqual(['früh']);
    await expect(read(latin)).rejects.toMatchObject({
      code: 'import-row-invalid',
      mend: expect.stringContaining('encoding'),
    });
  });

  it('know how much of the file is read', async () => {
    const { rows } = await read('a,b\n1,2\n3,4\n');
    expect(rows.map(({ bytes }) => bytes)).toEqual([8, 12]);
  });

  it.each([
    ['another number of cells', 'a,b\n1,2\n3\n', /:3$/],
    ['a quote that is not closed', 'a,b\n1,"2\n', /log\.csv/],
    ['nothing', '', /log\.csv$/],
  ])('%s is no log', async (_, content, where) => {
    await expect(read(content)).rejects.toMatchObject({
      code: 'import-row-invalid',
      where: expect.stringMatching(where),
    });
  });

  it('need a file that can be read', async () => {
    await expect(openRows(join(folder, 'none.csv'), SHAPE)).rejects.toMatchObject({ code: 'file-unreadable' });
    await expect(openRows(folder, SHAPE)).rejects.toMatchObject({ code: 'file-unreadable' });
    const path = join(folder, 'secret.csv');
    writeFileSync(path, 'a\n1\n');
    chmodSync(path, 0);
    // Whoever is root may read it all the same.
    if (process.getuid?.() !== 0)
      await expect(openRows(path, SHAPE)).rejects.toMatchObject({ code: 'file-unreadable' });
  });
});
