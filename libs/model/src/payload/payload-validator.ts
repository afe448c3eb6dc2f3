import type { Json, JsonObject } from '@tutti/kernel';
import type { Ajv2020, ValidateFunction } from 'ajv/dist/2020.js';
import type { SchemaProblem } from '../compiled.js';
import { payloadAjv } from './payload-ajv.js';
import { schemaProblems } from './schema-problems.js';

/** Compiles payload schemas of one model. */
export class PayloadValidators {
  private readonly ajvs = new Map<string, Ajv2020>();

  /** @param assets asset → decimal places, for messages */
  constructor(private readonly assets: Readonly<Record<string, number>>) {}

  /** A function that says what does not fit, or `undefined`. Never throws. */
  compile(schema: JsonObject): (data: unknown) => SchemaProblem[] | undefined {
    const closed = isClosed(schema);
    const { $id: _, ...anonymous } = schema;
    const valid: ValidateFunction = this.ajv(false, !closed).compile(anonymous);
    const thorough = (): ValidateFunction => this.ajv(true, !closed).compile(anonymous);
    let explain: ValidateFunction | undefined;
    const { assets } = this;
    return (data) => {
      if (valid(data) && (closed || !hasProtoKey(data))) return undefined;
      explain ??= thorough();
      if (explain(data)) return [protoProblem()];
      return schemaProblems(explain.errors ?? [], schema, assets);
    };
  }

  private ajv(allErrors: boolean, foreign: boolean): Ajv2020 {
    const key = `${allErrors} ${foreign}`;
    const ajv = this.ajvs.get(key) ?? payloadAjv(allErrors, foreign);
    this.ajvs.set(key, ajv);
    return ajv;
  }
}

function protoProblem(): SchemaProblem {
  return { pointer: '', message: 'a key `__proto__` is refused' };
}

/** Whether every object in a schema lists all its properties, so that no other key gets past it. */
function isClosed(schema: Json | undefined): boolean {
  if (typeof schema !== 'object' || schema === null || Array.isArray(schema)) return false;
  const { type } = schema;
  if (type === 'object') {
    const properties = schema['properties'];
    if (schema['additionalProperties'] !== false || typeof properties !== 'object' || properties === null) return false;
    if (schema['patternProperties'] !== undefined) return false;
    const names = Object.keys(properties);
    if (names.some((name) => name in Object.prototype)) return false;
    return Object.values(properties).every((property) => isClosed(property));
  }
  if (type === 'array') return isClosed(schema['items']);
  if (typeof type === 'string') return true;
  return Array.isArray(schema['enum']) && schema['enum'].every((value) => typeof value !== 'object' || value === null);
}

function hasProtoKey(value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return false;
  if (Array.isArray(value)) return value.some(hasProtoKey);
  if (Object.hasOwn(value, '__proto__')) return true;
  return Object.values(value).some(hasProtoKey);
}
