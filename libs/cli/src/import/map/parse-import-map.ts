import { TuttiError, type Json } from '@tutti/kernel';
import type { Problem } from '@tutti/model';
import { timeReader } from '../time-format.js';
import {
  CELL_TYPES,
  type DataColumn,
  type FileShape,
  type ImportMap,
  type TextSource,
  type Unmapped,
  UNMAPPED,
} from './import-map.js';
import { MapText, type MapValue } from './map-reader.js';

const KEYS = ['import', 'file', 'subject', 'type', 'participant', 'time', 'id', 'data', 'roles'] as const;

/**
 * Reads a map file.
 *
 * @param file its name, for the problems
 * @throws TuttiError `import-map-invalid`, with the problems (line, column) in `facts.problems`
 */
export function parseImportMap(text: string, file: string): ImportMap {
  const source = new MapText(text, file);
  const { root } = source;
  const map = source.problems.length === 0 ? readMap(root) : undefined;
  if (map !== undefined && source.problems.length === 0) return map;
  const { problems } = source;
  throw new TuttiError(
    'import-map-invalid',
    `${problems.length} ${problems.length === 1 ? 'error' : 'errors'} in the map`,
    {
      where: `${file}:${problems[0]!.line}:${problems[0]!.column}`,
      mend: 'see docs/reference/import.md for what a map says',
      facts: { problems: problems as unknown as Json },
    },
  );
}

/** The problems a map was refused for, if that is what the error says. */
export function mapProblems(error: TuttiError): Problem[] {
  return error.code === 'import-map-invalid' ? (error.facts['problems'] as unknown as Problem[]) : [];
}

function readMap(root: MapValue): ImportMap {
  const keys = root.keys('a map', KEYS, ['import', 'subject', 'type', 'participant']);
  const version = keys.import?.text('`import`');
  if (version !== undefined && version !== '1') keys.import!.wrong('the format of this file is 1', 'write `import: 1`');
  const subject = keys.subject?.keys('`subject`', ['column', 'prefix'], ['column']);
  return {
    file: readFile(keys.file),
    subject: { column: subject?.column?.text('`column`') ?? '', prefix: subject?.prefix?.text('`prefix`') ?? '' },
    type: readSource('type', keys.type, 'stop'),
    participant: readSource('participant', keys.participant, 'keep'),
    time: readTime(keys.time),
    id: readId(keys.id),
    data: keys.data?.entries('`data`')?.map(([column, value]) => readColumn(column, value)) ?? [],
    roles: readRoles(keys.roles),
  };
}

function readFile(value: MapValue | undefined): FileShape {
  const keys = value?.keys('`file`', ['encoding', 'separator', 'quote', 'empty']);
  return {
    encoding: readEncoding(keys?.encoding),
    separator: readSign('`separator`', keys?.separator) ?? ',',
    quote: readSign('`quote`', keys?.quote) ?? '"',
    empty: keys?.empty?.texts('`empty`') ?? [''],
  };
}

function readEncoding(value: MapValue | undefined): string {
  const name = value?.text('`encoding`') ?? 'utf-8';
  try {
    return new TextDecoder(name).encoding;
  } catch {
    value?.wrong(
      `there is no encoding ${name}`,
      'write utf-8, windows-1252, utf-16le or another of the Encoding Standard',
    );
    return name;
  }
}

function readSign(what: string, value: MapValue | undefined): string | undefined {
  const text = value?.text(what);
  if (text === undefined || (text.length === 1 && text !== '\n' && text !== '\r')) return text;
  return value!.wrong(`${what} is one character`, 'a tabulator is written "\\t"');
}

function readSource(name: 'type' | 'participant', value: MapValue | undefined, otherwise: Unmapped): TextSource {
  const keys = value?.keys(`\`${name}\``, ['column', 'map', 'prefix', 'unmapped', 'value']) ?? {};
  if (keys.value !== undefined) {
    if (keys.column !== undefined) keys.value.wrong(`\`${name}\` has both a column and one value for all rows`);
    return { value: keys.value.text('`value`') ?? '' };
  }
  if (value !== undefined && keys.column === undefined) value.missing(`\`${name}\` lacks \`column\` or \`value\``);
  const map = Object.fromEntries(
    keys.map?.entries('`map`')?.map(([from, to]) => [from, to.text(`what \`${from}\` becomes`) ?? '']) ?? [],
  );
  return {
    column: keys.column?.text('`column`') ?? '',
    map,
    prefix: keys.prefix?.text('`prefix`') ?? '',
    unmapped: keys.unmapped?.word('`unmapped`', UNMAPPED) ?? (keys.map === undefined ? 'keep' : otherwise),
  };
}

function readTime(value: MapValue | undefined): ImportMap['time'] {
  if (value === undefined) return undefined;
  const keys = value.keys('`time`', ['column', 'format', 'zone'], ['column']);
  return { column: keys.column?.text('`column`') ?? '', ...readFormat(keys.format, keys.zone) };
}

function readFormat(format: MapValue | undefined, zone: MapValue | undefined): { format: string; zone: string } {
  const read = { format: format?.text('`format`') ?? 'iso', zone: zone?.text('`zone`') ?? 'UTC' };
  try {
    timeReader(read.format, read.zone);
  } catch (error) {
    if (!(error instanceof TuttiError)) throw error;
    ((error.code === 'zone-unknown' ? zone : format) ?? format)?.wrong(error.message, error.mend);
  }
  return read;
}

function readId(value: MapValue | undefined): ImportMap['id'] {
  if (value === undefined) return { column: undefined, prefix: '' };
  if (value.isText) {
    if (value.text('`id`') !== 'row') value.wrong('`id` is `row`, or says a column', 'write `id: { column: … }`');
    return { column: undefined, prefix: '' };
  }
  const keys = value.keys('`id`', ['column', 'prefix']);
  return { column: keys.column?.text('`column`'), prefix: keys.prefix?.text('`prefix`') ?? '' };
}

function readColumn(column: string, value: MapValue): DataColumn {
  const keys = value.keys(`\`${column}\``, ['as', 'type', 'times', 'map', 'format', 'zone', 'for']);
  const type = keys.type?.word('`type`', CELL_TYPES) ?? 'string';
  const times = Number(keys.times?.text('`times`') ?? '1');
  if (!Number.isSafeInteger(times) || times < 1) keys.times!.wrong('`times` is a whole number, 1 or more');
  if (keys.times !== undefined && type !== 'integer' && type !== 'number') {
    keys.times.wrong('`times` is a factor of integers and numbers', 'say `type: integer`');
  }
  if (keys.format !== undefined && type !== 'time') keys.format.wrong('`format` is of times', 'say `type: time`');
  return {
    column,
    as: keys.as?.text('`as`') ?? column,
    type,
    times,
    map: Object.fromEntries(keys.map?.entries('`map`')?.map(([text, to]) => [text, to.json()]) ?? []),
    ...readFormat(keys.format, keys.zone),
    for: keys.for?.texts('`for`') ?? [],
  };
}

function readRoles(value: MapValue | undefined): Record<string, string[]> {
  return Object.fromEntries(
    value
      ?.entries('`roles`')
      ?.map(([participant, roles]) => [participant, roles.texts(`the roles of ${participant}`) ?? []]) ?? [],
  );
}
