import { applyDecorators } from '@nestjs/common';
import { ApiBearerAuth, ApiOperation, ApiResponse } from '@nestjs/swagger';
import type { Scope } from '../access/caller.js';
import { TRANSPORT_CODES, type TransportCode } from '@tutti/service';

export interface Documentation {
  summary: string;
  description?: string;
  /** Scopes of which one is needed; `[]`: any token; absent: nobody needs a token. */
  scopes?: Scope[];
  status?: number;
  /** Name of a schema under components, with `[]` for an array of it. */
  answers: string;
  problems?: TransportCode[];
}

/** Describes a route in the OpenAPI document: what it answers with, and every code it refuses with. */
export function Documented({
  summary,
  description,
  scopes,
  status = 200,
  answers,
  problems = [],
}: Documentation): MethodDecorator {
  const access: TransportCode[] =
    scopes === undefined ? [] : scopes.length === 0 ? ['unauthenticated'] : ['unauthenticated', 'forbidden'];
  const who = scopes === undefined || scopes.length === 0 ? '' : `Scope ${scopes.join(' or ')}.`;
  return applyDecorators(
    ApiOperation({ summary, description: [description, who].filter(Boolean).join(' ') }),
    ApiResponse({ status, description: 'Done', content: { 'application/json': { schema: schemaOf(answers) } } }),
    ...problemResponses([...access, ...problems, 'internal']),
    ...(scopes === undefined ? [] : [ApiBearerAuth()]),
  );
}

/** `Verdict` → a reference to the component of that name; `Verdict[]` → an array of it. */
export function schemaOf(name: string): Record<string, unknown> {
  if (name.endsWith('[]')) return { type: 'array', items: schemaOf(name.slice(0, -2)) };
  return { $ref: `#/components/schemas/${name}` };
}

function problemResponses(codes: TransportCode[]): MethodDecorator[] {
  const byStatus = new Map<number, TransportCode[]>();
  for (const code of codes) {
    const { status } = TRANSPORT_CODES[code];
    byStatus.set(status, [...(byStatus.get(status) ?? []), code]);
  }
  return [...byStatus].map(([status, names]) =>
    ApiResponse({
      status,
      description: names.map((name) => `\`${name}\``).join(' · '),
      content: { 'application/problem+json': { schema: schemaOf('Problem') } },
    }),
  );
}
