import { canonicalJson, type Json } from '@tutti/kernel';
import type { ScenarioReport } from './report.js';

/** A report as `tutti model test` prints it: a line a case, then what came out otherwise, with file, line and column. */
export function describeScenarios(report: ScenarioReport): string[] {
  const { file, problems, results, passed, failed, unchecked } = report;
  const lines: string[] = [];
  for (const { line, column, code, message, mend } of problems) {
    lines.push(`${file}:${line}:${column}  ${code}  ${message}${mend === undefined ? '' : `: ${mend}`}`);
  }
  for (const result of results) {
    const sign = { passed: '✓', failed: '✗', unchecked: '?' }[result.outcome];
    lines.push(`${sign} ${result.it}`);
    for (const { line, column, what, expected, got, detail } of result.mismatches) {
      lines.push(`    ${file}:${line}:${column}  ${what}: expected ${text(expected)}, got ${text(got)}`);
      if (detail !== undefined) lines.push(`      ${detail}`);
    }
    for (const { line, column, code, message } of result.unchecked) {
      lines.push(`    ${file}:${line}:${column}  ${code}  ${message}`);
    }
  }
  const counts = [`${passed} passed`, `${failed} failed`, `${unchecked} not fully checked`];
  if (problems.length > 0) counts.push(`${problems.length} problems in the file`);
  lines.push(counts.join(', '));
  return lines;
}

function text(value: Json): string {
  return typeof value === 'string' ? value : value === null ? 'none' : canonicalJson(value);
}
