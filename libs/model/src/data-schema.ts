import type { Json, JsonObject } from '@tutti/kernel';

/** The names `data:` may use beside roles, assets and lists. */
export const SIMPLE_TYPES = ['string', 'integer', 'boolean', 'time', 'share'] as const;
export type SimpleType = (typeof SIMPLE_TYPES)[number];

/** JSON Schema keywords of our own: annotations that a validator must know but not check. */
export const ANNOTATIONS = ['x-tutti-role', 'x-tutti-asset', 'x-tutti-share'] as const;

export const STRING_LENGTH_MAX = 256;
export const ROLE_LENGTH_MAX = 128;
/** 10000 basis points are the whole. */
export const SHARE_MAX = 10_000;

/**
 * What a type's name stands for, as JSON Schema 2020-12. YAML and classes both take their shapes from here, so that
 * both give the same bytes. A time is RFC 3339 text, a share an integer in basis points.
 */
export function simpleSchema(type: SimpleType): JsonObject {
  switch (type) {
    case 'string':
      return { type: 'string', maxLength: STRING_LENGTH_MAX };
    case 'integer':
      return { type: 'integer', minimum: Number.MIN_SAFE_INTEGER, maximum: Number.MAX_SAFE_INTEGER };
    case 'boolean':
      return { type: 'boolean' };
    case 'time':
      return { type: 'string', format: 'date-time' };
    case 'share':
      return { type: 'integer', minimum: 0, maximum: SHARE_MAX, 'x-tutti-share': true };
    default:
      return type satisfies never;
  }
}

/** A property that names a participant who holds the role. */
export function roleSchema(role: string): JsonObject {
  return { type: 'string', maxLength: ROLE_LENGTH_MAX, 'x-tutti-role': role };
}

/** An amount: an integer in the asset's smallest unit. */
export function assetSchema(asset: string): JsonObject {
  return { ...simpleSchema('integer'), 'x-tutti-asset': asset };
}

/** One of a list of values, in the order of writing. */
export function enumSchema(values: readonly Json[]): JsonObject {
  const schema: JsonObject = { enum: [...values] };
  if (values.every((value) => typeof value === 'string')) return { type: 'string', ...schema };
  if (values.every((value) => Number.isInteger(value))) return { type: 'integer', ...schema };
  return schema;
}

/** One property of a payload. */
export interface DataProperty {
  name: string;
  schema: JsonObject;
  optional: boolean;
}

/** A closed object: exactly these properties, `required` in the order of writing. */
export function objectSchema(properties: readonly DataProperty[]): JsonObject {
  return {
    type: 'object',
    properties: Object.fromEntries(properties.map(({ name, schema }) => [name, schema])),
    required: properties.filter(({ optional }) => !optional).map(({ name }) => name),
    additionalProperties: false,
  };
}
