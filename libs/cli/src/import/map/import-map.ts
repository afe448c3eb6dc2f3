import type { Json } from '@tutti/kernel';

/** What the columns of a log are, as a map file says it (docs/reference/import.md). */
export interface ImportMap {
  file: FileShape;
  subject: { column: string; prefix: string };
  type: TextSource;
  participant: TextSource;
  /** Absent: decisions carry the time of the import. */
  time: { column: string; format: string; zone: string } | undefined;
  /** `column` absent: the row's number. */
  id: { column: string | undefined; prefix: string };
  data: DataColumn[];
  /** Participant → roles it is registered with before the first row. */
  roles: Record<string, string[]>;
}

/** How the CSV is written. */
export interface FileShape {
  /** Name of a character encoding (https://encoding.spec.whatwg.org): `utf-8`, `windows-1252`. */
  encoding: string;
  separator: string;
  quote: string;
  /** Texts of a cell that mean "no value". */
  empty: string[];
}

/** Where a text comes from: a column with translations, or one text for all rows. */
export type TextSource =
  | { value: string }
  | {
      column: string;
      /** Text in the column → text to send. */
      map: Record<string, string>;
      /** Put before texts that are not in `map`. */
      prefix: string;
      /** What becomes of a text that is not in `map`. */
      unmapped: Unmapped;
    };

export const UNMAPPED = ['stop', 'skip', 'keep'] as const;
export type Unmapped = (typeof UNMAPPED)[number];

export const CELL_TYPES = ['string', 'integer', 'number', 'boolean', 'time', 'json'] as const;
export type CellType = (typeof CELL_TYPES)[number];

/** A column that becomes a property of the decision's data. */
export interface DataColumn {
  column: string;
  /** Name of the property. */
  as: string;
  type: CellType;
  /** Factor of `integer` and `number`; 1 where there is none. */
  times: number;
  /** Text → value, before `type` is looked at. */
  map: Record<string, Json>;
  format: string;
  zone: string;
  /** Full types of the rows it is read in; empty: all. */
  for: string[];
}
