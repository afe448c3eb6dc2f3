import { TuttiError } from '@tutti/kernel';
import { ModelInvalidError } from '../model/read-model.js';

/** An error as lines for a terminal: code, what, where, how to mend; a model's errors each with a caret. */
export function showError(error: unknown): string {
  if (!(error instanceof TuttiError))
    return `internal  ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`;
  const lines = error instanceof ModelInvalidError ? showProblems(error) : [`${error.code}  ${error.message}`];
  if (error.where !== undefined && !(error instanceof ModelInvalidError)) lines.push(`  where  ${error.where}`);
  if (error.mend !== undefined && !(error instanceof ModelInvalidError)) lines.push(`  mend   ${error.mend}`);
  return lines.join('\n');
}

function showProblems({ problems, yaml }: ModelInvalidError): string[] {
  const text = yaml.split('\n');
  return problems.flatMap(({ code, file, line, column, length, message, mend }) => {
    const number = String(line).padStart(5);
    const margin = ' '.repeat(number.length);
    const caret = `${' '.repeat(column - 1)}${'^'.repeat(Math.max(1, length))}`;
    return [
      `${file}:${line}:${column}  ${code}  ${message}`,
      `${number} │ ${text[line - 1] ?? ''}`,
      `${margin} │ ${caret}${mend === undefined ? '' : ` ${mend}`}`,
    ];
  });
}
