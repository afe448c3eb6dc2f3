import type { Change, Changed } from './change.js';

const COMPATIBLE = 'backward compatible';
const BREAKING = 'BREAKING';

/** One change as a line of `tutti model diff`, columns as wide as this change needs. */
export function describeChange(change: Change): string {
  return describeChanges([change]).join('\n');
}

/**
 * Changes as `tutti model diff` prints them, one line each, in aligned columns: what, numbers, whether it breaks, the
 * difference. The name stands on the first of the lines that are about the same thing.
 */
export function describeChanges(changes: readonly Change[]): string[] {
  const nameWidth = width(changes.map(({ of }) => of.name));
  const numberWidth = width(changes.map(numbersOf));
  return changes.map((change, index) => {
    const { of, breaking, text, note, kind } = change;
    const before = changes[index - 1];
    const again = before !== undefined && before.of.what === of.what && before.of.name === of.name;
    const head = again ? ['', ''] : [of.name, numbersOf(change)];
    const columns = [
      head[0]!.padEnd(nameWidth),
      ...(numberWidth === 0 ? [] : [head[1]!.padEnd(numberWidth)]),
      (breaking ? BREAKING : COMPATIBLE).padEnd(COMPATIBLE.length),
      text,
      ...(breaking ? [`(${kind})`] : []),
      ...(note === undefined ? [] : [note]),
    ];
    return columns.join('   ').trimEnd();
  });
}

function numbersOf({ of }: { of: Changed }): string {
  if (of.to === undefined) return '';
  return of.from === undefined ? `${of.to}` : `${of.from} → ${of.to}`;
}

function width(texts: readonly string[]): number {
  return Math.max(0, ...texts.map(({ length }) => length));
}
