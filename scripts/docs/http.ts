import { startTutti } from '@tutti/testing';
import { GENERATED, head, row } from './project.ts';

interface Schema {
  type?: string;
  description?: string;
  $ref?: string;
  const?: unknown;
  enum?: unknown[];
  anyOf?: Schema[];
  items?: Schema;
  format?: string;
  additionalProperties?: Schema | boolean;
  properties?: Record<string, Schema>;
  required?: string[];
  minimum?: number;
  maximum?: number;
  default?: unknown;
}

interface Answer {
  description: string;
  content?: Record<string, { schema: Schema }>;
  headers?: Record<string, { description?: string }>;
}

interface Operation {
  summary: string;
  description?: string;
  tags?: string[];
  parameters?: { name: string; in: string; required?: boolean; description?: string; schema?: Schema }[];
  requestBody?: { content: Record<string, { schema?: Schema }> };
  responses: Record<string, Answer>;
}

interface Document {
  info: { description: string };
  paths: Record<string, Record<string, Operation>>;
  components: { schemas: Record<string, Schema> };
}

const INTRODUCTION = `A running backbone serves the document this page is made from: \`/openapi.json\`, and for people \`/docs\`. What stands in a decision and in a verdict is in [wire.md](wire.md), what a code means in [codes.md](codes.md).

- **Who may call.** Where access is open, everybody. Else \`authorization: Bearer TOKEN\`: a token of \`tutti token new\`, the operator's of the configuration, or a JWT of the configured issuer. Each operation names the scope it needs.
- **What a status says.** 2xx: done. Else \`application/problem+json\`; its \`recorded\` tells a recorded rejection from a refusal that left no trace.
- **Positions** such as \`3-1207\` are partition and revision of a verdict. Cursors are opaque.
`;

/** \`http.md\`, from the OpenAPI document that a backbone serves. */
export async function httpPage(): Promise<string> {
  const document = await servedDocument();
  const operations = Object.entries(document.paths).flatMap(([path, byMethod]) =>
    Object.entries(byMethod).map(([method, operation]) => ({ method: method.toUpperCase(), path, operation })),
  );
  let page = `${GENERATED}# HTTP\n\n${document.info.description}\n\n${INTRODUCTION}`;
  for (const tag of new Set(operations.map(({ operation }) => operation.tags?.[0] ?? 'others'))) {
    page += `\n## ${tag.charAt(0).toUpperCase()}${tag.slice(1)}\n`;
    for (const one of operations) if ((one.operation.tags?.[0] ?? 'others') === tag) page += operationSection(one);
  }
  page += '\n## Shapes\n\nMembers marked `?` may be absent.\n';
  for (const [name, schema] of Object.entries(document.components.schemas)) page += shapeSection(name, schema);
  return page;
}

async function servedDocument(): Promise<Document> {
  const backbone = await startTutti();
  try {
    const response = await fetch(`${backbone.url}/openapi.json`, { signal: AbortSignal.timeout(10_000) });
    return (await response.json()) as Document;
  } finally {
    await backbone.close();
  }
}

function operationSection({ method, path, operation }: { method: string; path: string; operation: Operation }): string {
  const { summary, description, parameters = [], requestBody, responses } = operation;
  let text = `\n### ${method} ${path}\n\n${summary}.${description ? ` ${description}` : ''}\n`;
  if (parameters.length > 0) {
    text += `\n${head('Parameter', 'In', '')}`;
    for (const { name, in: place, required, description: about, schema } of parameters) {
      const type = schema === undefined ? '' : typeOf(schema);
      const standard = schema?.default === undefined ? '' : ` Default ${JSON.stringify(schema.default)}.`;
      text += row(
        `\`${name}\`${required === true ? '' : '?'}`,
        place,
        `${type}${about ? `. ${about}` : ''}${standard}`,
      );
    }
  }
  if (requestBody !== undefined) {
    text += `\n${head('Body', '')}`;
    for (const [type, { schema }] of Object.entries(requestBody.content)) {
      text += row(`\`${type}\``, schema === undefined ? '' : (schema.description ?? typeOf(schema)));
    }
  }
  text += `\n${head('Answer', '', '')}`;
  for (const [status, answer] of Object.entries(responses)) {
    const shapes = Object.values(answer.content ?? {}).map(({ schema }) => typeOf(schema));
    const headers = Object.keys(answer.headers ?? {}).map((name) => `\`${name}\``);
    const more = headers.length === 0 ? '' : `; headers ${headers.join(', ')}`;
    text += row(status, answer.description, `${shapes.join(', ')}${more}`);
  }
  return text;
}

function shapeSection(name: string, schema: Schema): string {
  let text = `\n### ${name}\n`;
  if (schema.description !== undefined) text += `\n${schema.description}.\n`.replace('..', '.');
  const properties = Object.entries(schema.properties ?? {});
  if (properties.length === 0) return text;
  text += `\n${head('Member', 'Type', '')}`;
  for (const [member, one] of properties) {
    const optional = schema.required?.includes(member) === true ? '' : '?';
    text += row(`\`${member}\`${optional}`, typeOf(one), one.description ?? '');
  }
  return text;
}

function typeOf(schema: Schema): string {
  if (schema.$ref !== undefined) {
    const name = schema.$ref.split('/').at(-1)!;
    return `[${name}](#${name.toLowerCase()})`;
  }
  if (schema.anyOf !== undefined) return schema.anyOf.map((one) => typeOf(one)).join(' or ');
  if (schema.const !== undefined) return `\`${JSON.stringify(schema.const)}\``;
  if (schema.enum !== undefined) {
    return schema.enum.length > 8
      ? 'a code of [codes.md](codes.md)'
      : schema.enum.map((one) => `\`${String(one)}\``).join(' · ');
  }
  if (schema.type === 'array') return `list of ${typeOf(schema.items ?? {})}`;
  if (typeof schema.additionalProperties === 'object') return `map to ${typeOf(schema.additionalProperties)}`;
  if (schema.properties !== undefined) return `{ ${Object.keys(schema.properties).join(', ')} }`;
  if (schema.format === 'date-time') return 'time';
  const bounds =
    schema.minimum === undefined
      ? ''
      : ` from ${schema.minimum}${schema.maximum === undefined ? '' : ` to ${schema.maximum}`}`;
  return `${schema.type ?? 'any'}${bounds}`;
}
