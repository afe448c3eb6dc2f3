import type { Json } from '@tutti/kernel';
import picocolors from 'picocolors';

/** Where text goes: the process's streams, or a test's. */
export interface Sink {
  write(text: string): unknown;
  isTTY?: boolean;
  columns?: number;
}

export type Colours = ReturnType<typeof picocolors.createColors>;

export interface OutputOptions {
  /** One JSON object instead of text, one a line when streaming. */
  json?: boolean;
  /** No text but the result itself: no progress, no remarks. */
  quiet?: boolean;
  stdout?: Sink;
  stderr?: Sink;
  env?: Readonly<Record<string, string | undefined>>;
}

/** Everything a command says. */
export class Output {
  readonly json: boolean;
  readonly quiet: boolean;
  /** Colours of what goes to standard output; none unless it is a terminal. */
  readonly colours: Colours;
  /** Colours of what goes to standard error. */
  readonly errorColours: Colours;
  readonly #stdout: Sink;
  readonly #stderr: Sink;

  constructor(options: OutputOptions = {}) {
    const { stdout = process.stdout, stderr = process.stderr, env = process.env } = options;
    this.json = options.json ?? false;
    this.quiet = options.quiet ?? false;
    this.#stdout = stdout;
    this.#stderr = stderr;
    this.colours = picocolors.createColors(isColoured(stdout, env));
    this.errorColours = picocolors.createColors(isColoured(stderr, env));
  }

  /** Whether something that redraws itself may be shown (on standard error). */
  get interactive(): boolean {
    return this.#stderr.isTTY === true && !this.json && !this.quiet;
  }

  /** Columns of the terminal. */
  get width(): number {
    return this.#stdout.columns ?? 120;
  }

  /** A line of the result. What participants have sent may stand in it: it is made harmless. */
  line(text = ''): void {
    this.#stdout.write(`${harmless(text)}\n`);
  }

  /** The result as JSON: one line. */
  object(value: unknown): void {
    this.#stdout.write(`${JSON.stringify(value)}\n`);
  }

  /** Text as it is. */
  raw(text: string): void {
    this.#stdout.write(text);
  }

  /** A remark that is not the result: to standard error, and not at all with `--quiet` or `--json`. */
  remark(text: string): void {
    if (!this.quiet && !this.json) this.#stderr.write(`${harmless(text)}\n`);
  }

  /** To standard error, whatever was asked; may have several lines. */
  complain(text: string): void {
    for (const line of text.split('\n')) this.#stderr.write(`${harmless(line)}\n`);
  }

  /** Redraws the line of a progress bar; empty text clears it. */
  redraw(text: string): void {
    this.#stderr.write(`\r\u001B[2K${text}`);
  }

  /** The result for people, or as JSON where that was asked for. */
  result(value: Json | object, show: () => void): void {
    if (this.json) this.object(value);
    else show();
  }
}

/** https://no-color.org: any value of NO_COLOR but the empty one turns colours off; FORCE_COLOR turns them on. */
function isColoured(sink: Sink, env: Readonly<Record<string, string | undefined>>): boolean {
  if ((env['NO_COLOR'] ?? '') !== '') return false;
  if ((env['FORCE_COLOR'] ?? '') !== '' && env['FORCE_COLOR'] !== '0') return true;
  return sink.isTTY === true && env['TERM'] !== 'dumb';
}

/**
 * Control characters made visible (`\\x1b`), but for tabs and colours: a terminal obeys what it is sent, and texts of
 * participants must not move its cursor or fake a line.
 */
export function harmless(text: string): string {
  return text.replaceAll(/\p{Cc}(?:\[[\d;]*m)?/gu, (found) => {
    if (found === '\t' || (found.startsWith('\u001B') && found.length > 1)) return found;
    return `\\x${found.charCodeAt(0).toString(16).padStart(2, '0')}${found.slice(1)}`;
  });
}
