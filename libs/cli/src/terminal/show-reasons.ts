import type { Reason } from '@tutti/client';
import type { Json } from '@tutti/kernel';
import { columns } from './columns.js';
import type { Colours } from './output.js';

/** Reasons of a verdict, one a line, what a rule saw below it. Not indented. */
export function reasonLines(reasons: readonly Reason[], colours: Colours): string[] {
  const rows = reasons.map(({ code, pointer, rule, detail }) => [
    colours.red(code),
    ...(reasons.some((reason) => reason.pointer !== undefined) ? [pointer ?? ''] : []),
    rule === undefined || detail.includes(rule) ? detail : `${rule}: ${detail}`,
  ]);
  const lines = columns(rows);
  return reasons.flatMap(({ values }, index) => {
    const seen = values === undefined ? '' : showValues(values);
    return seen === '' ? [lines[index]!] : [lines[index]!, `  ${colours.dim('saw')}  ${seen}`];
  });
}

/** `total 4200 · category books` */
export function showValues(values: Readonly<Record<string, Json>>): string {
  return Object.entries(values)
    .map(([name, value]) => `${name} ${showJson(value)}`)
    .join(' · ');
}

/** Texts bare where that is clear, all else as JSON. */
export function showJson(value: Json | undefined): string {
  if (value === undefined) return 'none';
  return typeof value === 'string' && value !== '' && !/[\s·]/.test(value) ? value : JSON.stringify(value);
}
