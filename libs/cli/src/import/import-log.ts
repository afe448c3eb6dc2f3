import { readFile } from 'node:fs/promises';
import { connect } from '@tutti/client';
import { TuttiError } from '@tutti/kernel';
import { registryOf } from '../session/registry.js';
import { urlOf } from '../session/session.js';
import type { ImportOptions } from './import-options.js';
import type { ImportReport } from './import-report.js';
import { ImportRun } from './import-run.js';
import type { ImportMap } from './map/import-map.js';
import { parseImportMap } from './map/parse-import-map.js';
import { openRows } from './read-rows.js';
import { registerRoles } from './register-roles.js';
import { rowTranslator } from './translate-row.js';

/**
 * Imports an event log: each row becomes one decision, sent in batches over HTTP, the rows of a subject in file order.
 * Importing the same log again changes nothing: every row is answered with its first verdict.
 *
 * @throws ImportStoppedError it ended half-way: a row that cannot be translated, no backbone, `signal`
 * @throws TuttiError `file-unreadable`, `import-map-invalid`, `import-column-missing`, and what registering participants
 * throws: nothing was decided
 */
export async function importLog(options: ImportOptions): Promise<ImportReport> {
  const map = await readImportMap(options.map);
  const rows = await openRows(options.log, map.file);
  try {
    const translate = rowTranslator(map, rows.columns, options.log);
    const participants = await registerRoles(registryOf(options), map.roles);
    const tutti = await connect({ url: urlOf(options.url), timeoutMs: options.timeoutMs ?? 30_000 });
    try {
      return await new ImportRun(options, rows, translate, participants).send(tutti);
    } finally {
      await tutti.close();
    }
  } finally {
    rows.close();
  }
}

/** Reads a map file. @throws TuttiError `file-unreadable`, `import-map-invalid` */
export async function readImportMap(path: string): Promise<ImportMap> {
  let text: string;
  try {
    text = await readFile(path, 'utf8');
  } catch (cause) {
    const reason = cause instanceof Error && 'code' in cause ? String(cause.code) : String(cause);
    throw new TuttiError('file-unreadable', `the map cannot be read: ${reason}`, {
      where: path,
      mend: 'name the map of the log: --map FILE',
      cause,
    });
  }
  return parseImportMap(text, path);
}
