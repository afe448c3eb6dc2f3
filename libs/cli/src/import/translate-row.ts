import { formatTime, type Json, TuttiError } from '@tutti/kernel';
import { closest } from '../terminal/closest.js';
import { cellReader } from './cell-value.js';
import type { ImportMap, TextSource } from './map/import-map.js';
import type { Row } from './read-rows.js';
import { timeReader } from './time-format.js';

/** A row as a decision. */
export interface RowDecision {
  type: string;
  subject: string;
  participant: string;
  id: string;
  /** RFC 3339; absent where the map has no `time`. */
  time?: string;
  data: Record<string, Json>;
}

/** Gives the decision of a row, or undefined where the map leaves it out. @throws TuttiError `import-row-invalid` */
export type RowTranslator = (row: Row) => RowDecision | undefined;

/**
 * Fits a map to the columns of a log.
 *
 * @param log the log's name, for errors
 * @throws TuttiError `import-column-missing` the map names a column that the log has not
 */
export function rowTranslator(map: ImportMap, columns: readonly string[], log: string): RowTranslator {
  const indexOf = (column: string): number => columnIndex(columns, column, log);
  const empty = new Set(map.file.empty);
  const subject = indexOf(map.subject.column);
  const type = textReader('type', map.type, indexOf);
  const participant = textReader('participant', map.participant, indexOf);
  const time = map.time && {
    index: indexOf(map.time.column),
    read: timeReader(map.time.format, map.time.zone),
    map: map.time,
  };
  const id = map.id.column === undefined ? undefined : indexOf(map.id.column);
  const data = map.data.map((column) => ({
    index: indexOf(column.column),
    as: column.as,
    types: new Set(column.for),
    read: cellReader(column),
  }));

  return (row) => {
    const { cells } = row;
    const refuse = (message: string, mend: string): TuttiError =>
      new TuttiError('import-row-invalid', `row ${row.number}: ${message}`, {
        where: `${log}:${row.line}`,
        mend,
        facts: { row: row.number, line: row.line },
      });
    const filled = (index: number, what: string): string => {
      const text = cells[index]!;
      if (!empty.has(text) && text !== '') return text;
      throw refuse(`the ${what} is empty`, `column \`${columns[index]!}\` must hold one in every row`);
    };

    const rowType = type(filled, refuse);
    if (rowType === undefined) return undefined;
    const rowParticipant = participant(filled, refuse);
    if (rowParticipant === undefined) return undefined;
    const decision: RowDecision = {
      type: rowType,
      subject: map.subject.prefix + filled(subject, 'subject'),
      participant: rowParticipant,
      id: map.id.prefix + (id === undefined ? String(row.number) : filled(id, 'id')),
      data: {},
    };
    if (time !== undefined) {
      const text = filled(time.index, 'time');
      const atMs = time.read(text);
      if (atMs === undefined) {
        throw refuse(`\`${text}\` is no time of the format ${time.map.format}`, 'change `time.format` in the map');
      }
      decision.time = formatTime(atMs);
    }
    for (const { index, as, types, read } of data) {
      const text = cells[index]!;
      if (empty.has(text) || (types.size > 0 && !types.has(rowType))) continue;
      if (Object.hasOwn(decision.data, as)) {
        throw refuse(`two columns give \`${as}\``, 'say in the map for which types each is (`for`)');
      }
      // Not by assignment: a property may be called `__proto__`.
      Object.defineProperty(decision.data, as, { value: read(text), enumerable: true });
    }
    return decision;
  };
}

type TextReader = (
  filled: (index: number, what: string) => string,
  refuse: (message: string, mend: string) => TuttiError,
) => string | undefined;

function textReader(name: 'type' | 'participant', source: TextSource, indexOf: (column: string) => number): TextReader {
  if ('value' in source) return () => source.value;
  const index = indexOf(source.column);
  const map = new Map(Object.entries(source.map));
  return (filled, refuse) => {
    const text = filled(index, name);
    const mapped = map.get(text);
    if (mapped !== undefined) return mapped;
    switch (source.unmapped) {
      case 'keep':
        return source.prefix + text;
      case 'skip':
        return undefined;
      case 'stop':
        throw refuse(
          `\`${text}\` is not in \`${name}.map\``,
          `add it there, or say \`unmapped: skip\` (or \`keep\`) under \`${name}\``,
        );
      default:
        return source.unmapped satisfies never;
    }
  };
}

function columnIndex(columns: readonly string[], column: string, log: string): number {
  const index = columns.indexOf(column);
  if (index >= 0) return index;
  const near = closest(column, columns);
  throw new TuttiError('import-column-missing', `the log has no column \`${column}\``, {
    where: `${log}:1`,
    mend: near === undefined ? `it has ${columns.join(', ')}` : `did you mean \`${near}\`?`,
    facts: { columns: [...columns] },
  });
}
