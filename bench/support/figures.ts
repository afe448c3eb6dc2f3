/** The middle of several values. */
export function median(values: readonly number[]): number {
  const sorted = [...values].toSorted((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2;
}

/** The value that `share` (0..1) of all values do not pass. */
export function percentile(values: readonly number[], share: number): number {
  const sorted = [...values].toSorted((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.ceil(sorted.length * share) - 1)]!;
}

/** `31,204/s` */
export function perSecond(count: number, ms: number): string {
  return `${Math.round((count / ms) * 1000).toLocaleString('en')}/s`;
}

/** Microseconds an item, two digits. */
export function microseconds(count: number, ms: number): string {
  return `${((ms * 1000) / count).toFixed(2)} µs`;
}

/** Prints a line of a bench: name, figure, remark. */
export function line(name: string, figure: string, remark = ''): void {
  console.log(`  ${name.padEnd(44)} ${figure.padStart(16)}   ${remark}`);
}

/** Prints a ratio against its target and says plainly whether it was reached. */
export function ratioLine(name: string, ratio: number, target: number): void {
  line(name, `${ratio.toFixed(2)}x`, `target ${target}x: ${ratio >= target ? 'reached' : 'NOT reached'}`);
}
