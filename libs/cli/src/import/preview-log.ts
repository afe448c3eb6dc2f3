import { readImportMap } from './import-log.js';
import { openRows } from './read-rows.js';
import { type RowDecision, rowTranslator } from './translate-row.js';

/** What a log holds, as a map reads it. */
export interface ImportPreview {
  rows: number;
  skipped: number;
  subjects: number;
  /** Full type → rows. */
  types: Record<string, number>;
  participants: Record<string, number>;
  /** The first decisions. */
  first: RowDecision[];
}

const FIRST_MAX = 3;

/**
 * Translates a log and sends nothing.
 *
 * @throws TuttiError `file-unreadable`, `import-map-invalid`, `import-column-missing`, `import-row-invalid`
 */
export async function previewLog(options: {
  log: string;
  map: string;
  fromRow?: number;
  limit?: number;
}): Promise<ImportPreview> {
  const { log, fromRow = 1, limit = Infinity } = options;
  const map = await readImportMap(options.map);
  const { columns, rows } = await openRows(log, map.file);
  const translate = rowTranslator(map, columns, log);
  const types = new Map<string, number>();
  const participants = new Map<string, number>();
  const subjects = new Set<string>();
  const preview = { rows: 0, skipped: 0, first: [] as RowDecision[] };
  for await (const row of rows) {
    if (row.number < fromRow) continue;
    if (preview.rows >= limit) break;
    const decision = translate(row);
    if (decision === undefined) {
      preview.skipped++;
      continue;
    }
    preview.rows++;
    if (preview.first.length < FIRST_MAX) preview.first.push(decision);
    subjects.add(decision.subject);
    types.set(decision.type, (types.get(decision.type) ?? 0) + 1);
    participants.set(decision.participant, (participants.get(decision.participant) ?? 0) + 1);
  }
  return { ...preview, subjects: subjects.size, types: byCount(types), participants: byCount(participants) };
}

function byCount(counts: ReadonlyMap<string, number>): Record<string, number> {
  return Object.fromEntries([...counts].toSorted(([, left], [, right]) => right - left));
}
