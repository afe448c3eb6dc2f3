import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { GENERATED, head, root, row } from './project.ts';

const SCHEMA = 'libs/model/schema/tutti-model-1.schema.json';
const WRITTEN = 'scripts/docs/model.md';

interface Schema {
  $ref?: string;
  $defs?: Record<string, Schema>;
  description?: string;
  type?: string | string[];
  const?: unknown;
  enum?: unknown[];
  pattern?: string;
  default?: unknown;
  properties?: Record<string, Schema>;
  patternProperties?: Record<string, Schema>;
  additionalProperties?: Schema | boolean;
  required?: string[];
  items?: Schema;
  anyOf?: Schema[];
  oneOf?: Schema[];
}

/** \`model.md\`: what is written by hand, then the keys as the JSON Schema for editors has them. */
export function modelPage(): string {
  const written = readFileSync(join(root, WRITTEN), 'utf8');
  const path = join(root, SCHEMA);
  if (!existsSync(path)) return GENERATED + written;
  const schema = JSON.parse(readFileSync(path, 'utf8')) as Schema;
  let page = `${GENERATED}${written}\n## Every key\n\nFrom the [JSON Schema](../../${SCHEMA}) with which editors complete and mark model files. The checker knows more: names that must exist, expressions that must have a type, paths that must lead somewhere.\n`;
  page += keysSection('The file', schema);
  for (const [name, one] of Object.entries(schema.$defs ?? {})) page += keysSection(name, one);
  return page;
}

function keysSection(name: string, schema: Schema): string {
  const shapes = [schema, ...(schema.anyOf ?? []), ...(schema.oneOf ?? [])];
  const all = shapes.flatMap((shape) =>
    Object.entries(shape.properties ?? {}).map(([key, one]) => ({
      key,
      one,
      required: shape.required?.includes(key) ?? false,
    })),
  );
  // Alternatives repeat keys to say which go together.
  const properties = all.filter(({ key }, at) => all.findIndex((other) => other.key === key) === at);
  if (properties.length === 0 && schema.description === undefined) return '';
  let text = `\n### ${name}\n`;
  if (schema.description !== undefined) text += `\n${schema.description}\n`;
  if (properties.length === 0) return text;
  text += `\n${head('Key', 'Value', '')}`;
  for (const { key, one, required } of properties) {
    const standard = one.default === undefined ? '' : ` Default \`${JSON.stringify(one.default)}\`.`;
    text += row(`\`${key}\`${required ? '' : '?'}`, typeOf(one), `${one.description ?? ''}${standard}`);
  }
  return text;
}

function typeOf(schema: Schema): string {
  if (schema.$ref !== undefined) {
    const name = schema.$ref.split('/').at(-1)!;
    return schema.$ref.startsWith('#/$defs/') ? `[${name}](#${name.toLowerCase()})` : name;
  }
  const either = schema.anyOf ?? schema.oneOf;
  if (either !== undefined) return [...new Set(either.map((one) => typeOf(one)))].join(' or ');
  if (schema.const !== undefined) return `\`${JSON.stringify(schema.const)}\``;
  if (schema.enum !== undefined) return schema.enum.map((one) => `\`${String(one)}\``).join(' · ');
  if (schema.items !== undefined) return `list of ${typeOf(schema.items)}`;
  const inner =
    typeof schema.additionalProperties === 'object'
      ? schema.additionalProperties
      : Object.values(schema.patternProperties ?? {})[0];
  if (inner !== undefined) return `names, each with ${typeOf(inner)}`;
  if (schema.type === undefined) return 'any';
  return [schema.type].flat().join(' or ');
}
