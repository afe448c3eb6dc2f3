import { TuttiError } from '@tutti/kernel';
import type { FastifyInstance } from 'fastify';

/** Deepest nesting of an operator's JSON: a model's intermediate form with schemas in it needs half of it. */
const DEPTH_MAX = 128;

/**
 * Reads JSON bodies as Fastify does, and refuses what could not be worked with or kept as it is: nesting that no
 * recursion survives, U+0000, halves of surrogate pairs. Decisions are read elsewhere, from their bytes.
 */
export function registerJsonBodies(server: FastifyInstance): void {
  const parse = server.getDefaultJsonParser('error', 'error');
  server.removeContentTypeParser('application/json');
  server.addContentTypeParser<string>('application/json', { parseAs: 'string' }, (request, body, done) => {
    void parse(request, body, (error, value?: unknown) => {
      const wrong = error === null ? faultIn(value, DEPTH_MAX) : undefined;
      if (wrong === undefined) return done(error, value);
      done(new TuttiError('malformed', wrong));
    });
  });
}

function faultIn(value: unknown, depth: number): string | undefined {
  if (typeof value === 'string') return faultInText(value);
  if (typeof value !== 'object' || value === null) return undefined;
  if (depth === 0) return `the body is nested deeper than ${DEPTH_MAX} levels`;
  for (const [key, item] of Object.entries(value)) {
    const wrong = faultInText(key) ?? faultIn(item, depth - 1);
    if (wrong !== undefined) return wrong;
  }
  return undefined;
}

function faultInText(text: string): string | undefined {
  if (text.isWellFormed() && !text.includes('\0')) return undefined;
  return 'the body holds U+0000 or half a surrogate pair, which not every store can keep';
}
