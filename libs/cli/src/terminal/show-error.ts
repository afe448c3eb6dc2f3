import { TuttiError } from '@tutti/kernel';
import type { Output } from './output.js';

/** Says what went wrong: code, what, where, how to mend it, and where there is more. */
export function showError(output: Output, error: unknown): void {
  if (output.json) {
    output.complain(JSON.stringify({ error: errorObject(error) }));
    return;
  }
  const { red, dim } = output.errorColours;
  if (!(error instanceof TuttiError)) {
    output.complain(
      `${red('✗')} ${red('internal')}  ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`,
    );
    output.complain(`  ${dim('mend')}   this is a fault of tutti itself; please report it with the lines above`);
    return;
  }
  output.complain(`${red('✗')} ${red(error.code)}  ${error.message}`);
  for (const line of detailLines(error)) output.complain(`    ${line}`);
  if (error.where !== undefined) output.complain(`  ${dim('where')}  ${error.where}`);
  if (error.mend !== undefined) output.complain(`  ${dim('mend')}   ${error.mend}`);
  output.complain(`  ${dim('more')}   tutti help ${error.code}`);
}

/** An error as `--json` gives it. */
export function errorObject(error: unknown): Record<string, unknown> {
  if (!(error instanceof TuttiError)) {
    return { code: 'internal', message: error instanceof Error ? error.message : String(error), retryable: false };
  }
  const { code, message, where, mend, retryable, facts } = error;
  return {
    code,
    message,
    retryable,
    ...(where === undefined ? {} : { where }),
    ...(mend === undefined ? {} : { mend }),
    ...(Object.keys(facts).length === 0 ? {} : { facts }),
    ...problemMembers(error),
  };
}

/** The errors inside an answer of the backbone (RFC 9457): pointer and message of each. */
function detailLines(error: TuttiError): string[] {
  const { errors } = problemMembers(error);
  if (!Array.isArray(errors)) return [];
  return errors.flatMap((one: { pointer?: unknown; message?: unknown }) =>
    typeof one?.message === 'string'
      ? [`${typeof one.pointer === 'string' ? `${one.pointer}  ` : ''}${one.message}`]
      : [],
  );
}

function problemMembers(error: TuttiError): { errors?: unknown; instance?: unknown; incident?: unknown } {
  const { problem } = error as { problem?: Record<string, unknown> };
  if (problem === undefined) return {};
  const { errors, instance, incident } = problem;
  return {
    ...(errors === undefined ? {} : { errors }),
    ...(instance === undefined ? {} : { instance }),
    ...(incident === undefined ? {} : { incident }),
  };
}
