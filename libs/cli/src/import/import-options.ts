import type { Token } from '@tutti/client';
import type { ImportProgress } from './import-report.js';

/** What to import, and how. */
export interface ImportOptions {
  /** Path of the CSV file. */
  log: string;
  /** Path of the map (docs/reference/import.md). */
  map: string;
  /** Default: `$TUTTI_URL`, else `http://127.0.0.1:4400`. */
  url?: string;
  /** Of an operator, for registering the participants of `roles`; the decisions are sent without. */
  token?: Token;
  /** Rows before are read, not sent. Default 1. */
  fromRow?: number;
  /** Most rows to send. Default: all. */
  limit?: number;
  /** Decisions a request, 1 to 1,000. Default 250. */
  batch?: number;
  /** Requests under way at once; a subject's rows never overlap. Default 4. */
  lanes?: number;
  /** For each request, its repetitions included, milliseconds. Default 30,000. */
  timeoutMs?: number;
  /** Author and reason on record for registering the participants of `roles`. */
  by?: string;
  because?: string;
  /** Called after every decision that was answered. */
  onProgress?: (progress: ImportProgress) => void;
  /** Aborted: no more rows are read, those under way get their verdicts, {@link ImportStoppedError} says where to go on. */
  signal?: AbortSignal;
}
