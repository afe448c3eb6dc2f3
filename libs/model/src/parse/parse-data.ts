import type { Json, JsonObject } from '@tutti/kernel';
import { assetSchema, enumSchema, objectSchema, roleSchema, simpleSchema, SIMPLE_TYPES } from '../data-schema.js';
import type { DataProperty, SimpleType } from '../data-schema.js';
import { toJson, type ListNode, type MapNode, type Node } from '../document/document.js';
import { schemaFault } from '../payload/payload-ajv.js';
import { didYouMean } from '../problems/did-you-mean.js';
import type { Reader } from './names.js';

const EVERYWHERE = ['type', 'title', 'description', 'examples', 'enum', 'const', 'not', 'anyOf', 'oneOf', 'allOf'];
const KEYWORDS: Record<string, readonly string[]> = {
  string: ['minLength', 'maxLength', 'pattern', 'format'],
  integer: ['minimum', 'maximum', 'exclusiveMinimum', 'exclusiveMaximum', 'multipleOf'],
  boolean: [],
  array: ['items', 'minItems', 'maxItems', 'uniqueItems'],
  object: ['properties'],
};
const BOUNDS = new Set(['minimum', 'maximum', 'exclusiveMinimum', 'exclusiveMaximum', 'multipleOf']);

const INSTEAD: Record<string, string> = {
  number: 'there are no floats: use `integer` in the smallest unit, or an asset',
  float: 'there are no floats: use `integer` in the smallest unit, or an asset',
  double: 'there are no floats: use `integer` in the smallest unit, or an asset',
  decimal: 'there are no floats: use `integer` in the smallest unit, or an asset',
  int: 'did you mean `integer`?',
  bool: 'did you mean `boolean`?',
  text: 'did you mean `string`?',
  date: 'did you mean `time`?',
  datetime: 'did you mean `time`?',
  timestamp: 'did you mean `time`?',
  percent: 'did you mean `share`?',
  enum: 'write the list itself: [late, damaged]',
};

/** Reads `data:` into the payload's JSON Schema: a closed object. */
export function parseData(node: Node, reader: Reader): JsonObject {
  const map = reader.shape.map(node, '`data` names properties with their types', 'data: { total: USD }');
  return objectSchema(map === undefined ? [] : properties(map, reader, true));
}

function properties(map: MapNode, reader: Reader, top: boolean): DataProperty[] {
  const read: DataProperty[] = [];
  for (const { key, keySpan, value } of map.entries) {
    const optional = key.endsWith('?');
    const name = optional ? key.slice(0, -1) : key;
    if (!reader.shape.name(name, keySpan)) continue;
    if (read.some((property) => property.name === name)) {
      reader.findings.error('duplicate-key', keySpan, `\`${name}\` stands here twice`, 'remove one of them');
      continue;
    }
    const schema = parseType(value, name, reader, top);
    if (schema !== undefined) read.push({ name, schema, optional });
  }
  return read;
}

function parseType(node: Node, name: string, reader: Reader, top: boolean): JsonObject | undefined {
  switch (node.kind) {
    case 'scalar': {
      const type = reader.shape.text(node, `\`${name}\` has a type`, `${name}: string`);
      return type === undefined ? undefined : namedType(type, node, reader, top);
    }
    case 'list':
      return enumOf(node, name, reader);
    case 'map':
      return typeWithKeywords(node, name, reader, top);
    default:
      return node satisfies never;
  }
}

function namedType(type: string, node: Node, reader: Reader, top: boolean): JsonObject | undefined {
  if (SIMPLE_TYPES.includes(type as SimpleType)) return simpleSchema(type as SimpleType);
  if (reader.assets.has(type)) return assetSchema(type);
  if (reader.roles.has(type)) {
    if (top) return roleSchema(type);
    reader.findings.error(
      'data-type',
      node.span,
      'participants are named in properties of `data` itself only',
      'use `string` here',
    );
    return undefined;
  }
  if (type === 'array' || type === 'object') return { type };
  const known = [...SIMPLE_TYPES, ...reader.roles, ...reader.assets.keys()];
  const mend = Object.hasOwn(INSTEAD, type) ? INSTEAD[type] : (didYouMean(type, known) ?? `one of ${known.join(', ')}`);
  reader.findings.error('data-type', node.span, `\`${type}\` is no type`, mend);
  return undefined;
}

function enumOf(node: ListNode, name: string, reader: Reader): JsonObject | undefined {
  const values: Json[] = [];
  for (const item of node.items) {
    const value = toJson(item);
    const simple = typeof value === 'string' || typeof value === 'boolean' || Number.isSafeInteger(value);
    if (!simple || values.includes(value)) {
      const said = simple
        ? `\`${String(value)}\` stands in the list twice`
        : 'a list of values holds texts, whole numbers, true or false';
      reader.findings.error('data-type', item.span, said, 'remove it');
      continue;
    }
    values.push(value);
  }
  if (values.length > 0) return enumSchema(values);
  if (node.items.length === 0)
    reader.findings.error(
      'data-type',
      node.span,
      `\`${name}\` has no value it could take`,
      'list some: [late, damaged]',
    );
  return undefined;
}

function typeWithKeywords(map: MapNode, name: string, reader: Reader, top: boolean): JsonObject | undefined {
  const { findings, shape } = reader;
  const get = (key: string) => map.entries.find((entry) => entry.key === key);
  const secret = get('private');
  if (secret !== undefined && shape.boolean(secret.value, 'private') === true) {
    findings.error(
      'private-not-yet',
      secret.keySpan,
      `\`${name}\` is private: decisions cannot be sealed yet`,
      'keep personal data outside and send a reference, or leave `private` out',
    );
  }
  const typeEntry = get('type');
  const listed = get('enum');
  if (typeEntry === undefined && listed === undefined) {
    const given = map.entries[0]?.keySpan ?? map.span;
    findings.error('missing-key', given, `\`${name}\` lacks \`type\``, `${name}: { type: string }`);
    return undefined;
  }
  let base: JsonObject | undefined;
  if (typeEntry !== undefined) base = parseType(typeEntry.value, name, reader, top);
  else if (listed?.value.kind === 'list') base = enumOf(listed.value, name, reader);
  if (base === undefined) return undefined;
  const kind = typeof base['type'] === 'string' ? base['type'] : '';
  const known = [...EVERYWHERE, ...(Object.hasOwn(KEYWORDS, kind) ? KEYWORDS[kind]! : [])];
  const schema: JsonObject = { ...base };
  for (const { key, keySpan, value } of map.entries) {
    if (key === 'type' || key === 'private') continue;
    if (!known.includes(key)) {
      const mend =
        key === 'default'
          ? 'nothing fills it in: make the property optional, `name?`'
          : didYouMean(key, [...known, 'private']);
      findings.error('unknown-key', keySpan, `a ${typeName(base)} has no key \`${key}\``, mend);
    } else if (key === 'properties') {
      const inner = shape.map(value, '`properties` names properties with their types', 'properties: { city: string }');
      if (inner !== undefined) Object.assign(schema, objectSchema(properties(inner, reader, false)));
    } else if (key === 'items') {
      const items = parseType(value, name, reader, false);
      if (items !== undefined) schema['items'] = items;
    } else if (base['x-tutti-share'] === true && BOUNDS.has(key)) {
      const share = shape.share(value, key);
      if (share !== undefined) schema[key] = share;
    } else {
      schema[key] = toJson(value);
    }
  }
  if (kind === 'object' && schema['properties'] === undefined) Object.assign(schema, objectSchema([]));
  const fault = schemaFault(schema);
  if (fault !== undefined) {
    const at = get(fault.keyword)?.value.span ?? map.span;
    findings.error('data-schema', at, `\`${name}\`: ${fault.message}`, 'see JSON Schema 2020-12');
    return undefined;
  }
  const { minimum, maximum } = schema;
  if (typeof minimum === 'number' && typeof maximum === 'number' && minimum > maximum) {
    const at = get('minimum') ?? get('maximum');
    findings.error(
      'bounds',
      at?.keySpan ?? map.span,
      `\`${name}\`: minimum ${minimum} is above maximum ${maximum}`,
      'swap them',
    );
  }
  return schema;
}

function typeName(schema: JsonObject): string {
  const name =
    schema['x-tutti-asset'] ?? schema['x-tutti-role'] ?? (schema['x-tutti-share'] === true ? 'share' : undefined);
  if (typeof name === 'string') return name;
  if (schema['format'] === 'date-time') return 'time';
  return typeof schema['type'] === 'string' ? schema['type'] : 'value';
}

/** Reads `schema:`, a whole JSON Schema given here or in a file beside the model. */
export function parseWholeSchema(node: Node, reader: Reader): JsonObject {
  const { findings } = reader;
  let schema: Json | undefined;
  if (node.kind === 'map') schema = toJson(node);
  else {
    const path = reader.shape.text(node, '`schema` is a JSON Schema, or the path of one', 'schema: ./place.json');
    if (path === undefined) return {};
    const text = reader.readSchema?.(path);
    if (text === undefined) {
      findings.error(
        'schema-file',
        node.span,
        `\`${path}\` cannot be read`,
        'check the path, or write the schema here',
      );
      return {};
    }
    try {
      schema = JSON.parse(text) as Json;
    } catch {
      findings.error('schema-file', node.span, `\`${path}\` is no JSON`, 'mend the file');
      return {};
    }
  }
  if (typeof schema !== 'object' || schema === null || Array.isArray(schema) || schema['type'] !== 'object') {
    findings.error('data-schema', node.span, 'a payload is an object', 'give the schema `type: object`');
    return {};
  }
  const fault = schemaFault(schema);
  if (fault === undefined) return schema;
  findings.error('data-schema', node.span, fault.message, 'see JSON Schema 2020-12');
  return {};
}
