import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { SqliteJournal } from '@tutti/adapter-sqlite';
import { TuttiError } from '@tutti/kernel';
import type { Journal } from '@tutti/runtime';
import { closest } from '../terminal/closest.js';

/** The data folder: as given, else `$TUTTI_DATA`, else `.tutti`. */
export function dataFolder(given: string | undefined): string {
  return given ?? process.env['TUTTI_DATA'] ?? '.tutti';
}

/**
 * The journal of a data folder, read-only: works beside the backbone that writes it.
 *
 * @throws TuttiError `file-unreadable` there is none; `journal-version`, `journal-corrupt`, `data-foreign`
 */
export function openJournal(folder: string): Journal {
  const path = join(folder, 'journal.sqlite');
  if (!existsSync(path)) {
    throw new TuttiError('file-unreadable', 'there is no journal in this folder', {
      where: path,
      mend: 'name the data folder of a backbone: --data DIR',
    });
  }
  return SqliteJournal.open(path, { readOnly: true });
}

/** @throws TuttiError `stream-unknown` */
export async function requireStream(journal: Journal, stream: string): Promise<void> {
  const streams = await journal.streams();
  if (streams.includes(stream)) return;
  const near = closest(stream, streams);
  throw new TuttiError('stream-unknown', `the journal has no stream ${stream}`, {
    mend: near === undefined ? `it has ${streams.join(', ')}` : `did you mean ${near}?`,
  });
}
