import type { Json, JsonObject } from '@tutti/kernel';
import { sorted } from './sorted-json.js';

/**
 * A JSON Schema as a TypeScript type. What TypeScript cannot say (bounds, patterns) is left to doc comments; what is
 * not understood is `unknown`, never something too narrow.
 *
 * @param indent spaces before the closing brace of an object type
 */
export function typeOfSchema(schema: Json | undefined, indent = 0): string {
  return new Writer(schema).write(schema, indent, []);
}

/** A value as a TypeScript literal. */
export function literal(value: Json): string {
  if (typeof value === 'string') return quoted(value);
  if (Array.isArray(value)) return `[${value.map(literal).join(', ')}]`;
  if (typeof value !== 'object' || value === null) return String(value);
  return `{ ${sorted(value)
    .map(([name, each]) => `${key(name)}: ${literal(each)}`)
    .join('; ')} }`;
}

/** A property name, quoted where TypeScript wants it. */
export function key(name: string): string {
  return /^[A-Za-z_$][\w$]*$/.test(name) && name !== '__proto__' ? name : quoted(name);
}

/** A doc comment of one or more lines, or nothing. */
export function doc(lines: readonly string[], indent: number): string {
  const pad = ' '.repeat(indent);
  const safe = lines.flatMap((line) => line.replaceAll('*/', '*\\/').split(/\r\n|[\r\n\u2028\u2029]/));
  if (safe.length === 0) return '';
  if (safe.length === 1) return `${pad}/** ${safe[0]} */\n`;
  return `${pad}/**\n${safe.map((line) => `${pad} * ${line}\n`).join('')}${pad} */\n`;
}

function quoted(text: string): string {
  const inside = JSON.stringify(text).slice(1, -1).replaceAll('\\"', '"').replaceAll("'", "\\'");
  return `'${inside.replaceAll('\u2028', '\\u2028').replaceAll('\u2029', '\\u2029')}'`;
}

class Writer {
  constructor(private readonly root: Json | undefined) {}

  /** @param open references being written, so that a schema that contains itself ends */
  write(schema: Json | undefined, indent: number, open: readonly string[]): string {
    if (schema === true || schema === undefined) return 'unknown';
    if (schema === false) return 'never';
    if (typeof schema !== 'object' || schema === null || Array.isArray(schema)) return 'unknown';
    const reference = schema['$ref'];
    if (typeof reference === 'string') {
      if (open.includes(reference)) return 'unknown';
      return this.write(this.resolve(reference), indent, [...open, reference]);
    }
    if (schema['const'] !== undefined) return literal(schema['const']);
    if (Array.isArray(schema['enum'])) return union(schema['enum'].map(literal));
    for (const [keyword, joined] of [
      ['oneOf', union],
      ['anyOf', union],
      ['allOf', intersection],
    ] as const) {
      const parts = schema[keyword];
      if (!Array.isArray(parts)) continue;
      const own =
        schema['type'] === undefined && schema['properties'] === undefined ? [] : [this.own(schema, indent, open)];
      return intersection([...own, joined(parts.map((part) => this.write(part, indent, open)))]);
    }
    return this.own(schema, indent, open);
  }

  private own(schema: JsonObject, indent: number, open: readonly string[]): string {
    const { type } = schema;
    if (Array.isArray(type)) return union(type.map((each) => this.typed(schema, each, indent, open)));
    return this.typed(schema, type, indent, open);
  }

  private typed(schema: JsonObject, type: Json | undefined, indent: number, open: readonly string[]): string {
    switch (type) {
      case 'string':
        return 'string';
      case 'integer':
      case 'number':
        return 'number';
      case 'boolean':
        return 'boolean';
      case 'null':
        return 'null';
      case 'array':
        if (schema['prefixItems'] !== undefined) return 'unknown[]';
        return `${grouped(this.write(schema['items'], indent, open))}[]`;
      case 'object':
        return this.object(schema, indent, open);
      default:
        return schema['properties'] === undefined ? 'unknown' : this.object(schema, indent, open);
    }
  }

  private object(schema: JsonObject, indent: number, open: readonly string[]): string {
    const { properties = {}, required = [], additionalProperties: other } = schema;
    const needed = Array.isArray(required) ? required : [];
    const members = sorted(properties as JsonObject).map(([name, each]) => {
      const mark = needed.includes(name) ? '' : '?';
      const comment = doc(describeSchema(each), indent + 2);
      return `${comment}${' '.repeat(indent + 2)}${key(name)}${mark}: ${this.write(each, indent + 2, open)};\n`;
    });
    const closed = other === false;
    if (members.length === 0) {
      if (closed) return 'Record<string, never>';
      return `Record<string, ${other === undefined ? 'unknown' : this.write(other, indent, open)}>`;
    }
    if (!closed) members.push(`${' '.repeat(indent + 2)}[other: string]: unknown;\n`);
    return `{\n${members.join('')}${' '.repeat(indent)}}`;
  }

  private resolve(reference: string): Json | undefined {
    if (!reference.startsWith('#')) return undefined;
    let found: Json | undefined = this.root;
    for (const part of reference.slice(1).split('/').slice(1)) {
      const name = decodeURIComponent(part).replaceAll('~1', '/').replaceAll('~0', '~');
      if (typeof found !== 'object' || found === null || !Object.hasOwn(found, name)) return undefined;
      found = (found as JsonObject)[name];
    }
    return found;
  }
}

/** What a property's type does not say: meaning, unit, bounds. */
export function describeSchema(schema: Json | undefined): string[] {
  if (typeof schema !== 'object' || schema === null || Array.isArray(schema)) return [];
  const lines: string[] = [];
  if (typeof schema['description'] === 'string') lines.push(schema['description']);
  const role = schema['x-tutti-role'];
  const asset = schema['x-tutti-asset'];
  const said: string[] = [];
  if (typeof role === 'string') said.push(`id of a participant with the role ${role}`);
  if (typeof asset === 'string') said.push(`integer, ${asset} in its smallest unit`);
  if (schema['x-tutti-share'] === true) said.push('basis points: 10000 is the whole');
  if (schema['format'] === 'date-time') said.push('RFC 3339');
  else if (typeof schema['format'] === 'string') said.push(schema['format']);
  if (schema['type'] === 'integer' && typeof asset !== 'string' && schema['enum'] === undefined) said.push('integer');
  for (const [keyword, words] of BOUNDS) {
    const bound = schema[keyword];
    if (typeof bound !== 'number' || Math.abs(bound) >= Number.MAX_SAFE_INTEGER || typeof role === 'string') continue;
    said.push(words.replace('N', String(bound)));
  }
  if (typeof schema['pattern'] === 'string') said.push(`matches ${schema['pattern']}`);
  if (said.length > 0) lines.push(said.join(', '));
  return lines;
}

const BOUNDS = [
  ['minimum', 'at least N'],
  ['exclusiveMinimum', 'more than N'],
  ['maximum', 'at most N'],
  ['exclusiveMaximum', 'less than N'],
  ['multipleOf', 'a multiple of N'],
  ['minLength', 'at least N characters'],
  ['maxLength', 'at most N characters'],
  ['minItems', 'at least N items'],
  ['maxItems', 'at most N items'],
] as const;

function union(types: readonly string[]): string {
  const unique = [...new Set(types)];
  if (unique.includes('unknown')) return 'unknown';
  return unique.length === 0 ? 'never' : unique.join(' | ');
}

function intersection(types: readonly string[]): string {
  const unique = [...new Set(types)].filter((type) => type !== 'unknown');
  if (unique.length === 0) return 'unknown';
  return unique.length === 1 ? unique[0]! : unique.map(grouped).join(' & ');
}

function grouped(type: string): string {
  return /[|&]/.test(type.replace(/'(?:[^'\\]|\\.)*'/g, '').replace(/\{[\s\S]*\}/g, '')) ? `(${type})` : type;
}
