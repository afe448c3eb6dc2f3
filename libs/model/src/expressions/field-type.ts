import type { ScopeFields, ScopeNode, ScopeValue } from './scope.js';
import { readTime } from '../payload/read-time.js';
import { ExpressionFault, toInt, toValue, type Value } from './value.js';

type Schema = Readonly<Record<string, unknown>>;

/** What kind of value a JSON Schema describes, for expressions. */
export function fieldType(schema: Schema): Omit<ScopeValue<never>, 'read' | 'kind'> {
  const { type } = schema;
  const values = Array.isArray(schema['enum']) ? schema['enum'] : 'const' in schema ? [schema['const']] : undefined;
  if (type === 'integer') {
    const unit = schema['x-tutti-share'] === true ? 'share' : schema['x-tutti-asset'];
    return typeof unit === 'string' ? { type: 'int', unit } : { type: 'int' };
  }
  if (type === 'boolean') return { type: 'bool' };
  if (type === 'string' || values?.every((value) => typeof value === 'string') === true) {
    if (schema['format'] === 'date-time') return { type: 'time' };
    const role = schema['x-tutti-role'];
    if (typeof role === 'string') return { type: 'string', roles: [role] };
    return values === undefined ? { type: 'string' } : { type: 'string', values: values as string[] };
  }
  return { type: 'dyn' };
}

/** A JSON value as the value of an expression; `undefined` stays so. */
export function converter(type: ScopeValue<never>['type']): (json: unknown) => Value | undefined {
  switch (type) {
    case 'int':
      return (json) => (json === undefined ? undefined : toInt(json));
    case 'string':
    case 'bool': {
      const wanted = type === 'bool' ? 'boolean' : 'string';
      return (json) => {
        if (json === undefined || typeof json === wanted) return json as Value | undefined;
        throw new ExpressionFault(`${JSON.stringify(json)} is no ${wanted}`);
      };
    }
    case 'time':
      return (json) => {
        if (json === undefined) return undefined;
        const ms = typeof json === 'string' ? readTime(json) : undefined;
        if (ms === undefined) throw new ExpressionFault(`${JSON.stringify(json)} is no time`);
        return ms;
      };
    case 'dyn':
      return (json) => (json === undefined ? undefined : toValue(json));
    default:
      return type satisfies never;
  }
}

/** Own property of a JSON object, or `undefined`. */
export function member(json: unknown, name: string): unknown {
  return typeof json === 'object' && json !== null && Object.hasOwn(json, name)
    ? (json as Record<string, unknown>)[name]
    : undefined;
}

/** The properties of a payload's schema as names of a scope. */
export function schemaFields<S>(schema: Schema, lacks: string, from: (scope: S) => unknown): ScopeFields<S> {
  const properties =
    typeof schema['properties'] === 'object' && schema['properties'] !== null ? schema['properties'] : {};
  const required = Array.isArray(schema['required']) ? schema['required'] : [];
  const fields = new Map(
    Object.entries(properties).map(([name, property]): [string, ScopeNode<S>] => {
      const inner = (typeof property === 'object' && property !== null ? property : {}) as Schema;
      const optional = !required.includes(name);
      const read = (scope: S): unknown => member(from(scope), name);
      if (inner['type'] === 'object' && !optional && inner['properties'] !== undefined) {
        return [name, schemaFields(inner, `\`${name}\` has no property`, read)];
      }
      const typed = fieldType(inner);
      const convert = converter(typed.type);
      return [name, { kind: 'value', ...typed, optional, read: (scope) => convert(read(scope)) }];
    }),
  );
  const open = schema['additionalProperties'] !== false;
  if (!open) return { kind: 'fields', lacks, fields };
  const other = (name: string): ScopeValue<S> => ({
    kind: 'value',
    type: 'dyn',
    optional: true,
    read: (scope) => {
      const json = member(from(scope), name);
      return json === undefined ? undefined : toValue(json);
    },
  });
  return { kind: 'fields', lacks, fields, other };
}
