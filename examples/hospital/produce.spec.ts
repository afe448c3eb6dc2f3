import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { readImportMap } from '../../libs/cli/dist/import/import-log.js';
import { openRows } from '../../libs/cli/dist/import/read-rows.js';
import { rowTranslator } from '../../libs/cli/dist/import/translate-row.js';
import { messagesOf } from './produce.js';

const here = import.meta.dirname;
const log = join(here, 'sepsis.csv');

describe('the producer of the hospital', () => {
  it('sends what the import sends, row for row', async () => {
    const map = await readImportMap(join(here, 'sepsis.map.yaml'));
    const rows = await openRows(log, map.file);
    const translate = rowTranslator(map, rows.columns, log);
    const messages = messagesOf(readFileSync(log, 'utf8'));
    const differences: unknown[] = [];
    let count = 0;
    for await (const row of rows.rows) {
      const wanted = translate(row)!;
      const { key, headers, value } = messages[count++]!;
      const made = {
        type: headers['ce_type'],
        subject: headers['ce_subject'],
        participant: headers['ce_source']!.replace('/participants/', ''),
        id: headers['ce_id'],
        data: JSON.parse(value) as unknown,
        time: headers['ce_time'],
      };
      if (key !== wanted.subject || !isDeepEqual(made, wanted)) differences.push({ made, wanted });
    }
    expect(differences).toEqual([]);
    expect(count).toBe(15_214);
    expect(messages).toHaveLength(count);
  });

  it('knows nothing of Tutti', () => {
    const source = readFileSync(join(here, 'produce.ts'), 'utf8');
    const imported = [...source.matchAll(/from '([^']+)'/g)].map(([, name]) => name!);
    expect(imported.filter((name) => !name.startsWith('node:'))).toEqual(['kafkajs']);
  });
});

function isDeepEqual(one: Record<string, unknown>, other: object): boolean {
  return JSON.stringify(sorted(one)) === JSON.stringify(sorted(other));
}

/** Members in order of their names, all the way down. */
function sorted(value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .toSorted(([a], [b]) => (a < b ? -1 : 1))
      .map(([name, member]) => [name, sorted(member)]),
  );
}
