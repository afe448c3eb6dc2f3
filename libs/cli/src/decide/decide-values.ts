import type { Json, JsonObject } from '@tutti/kernel';
import { TuttiError } from '@tutti/kernel';
import { timeText } from '../terminal/spans.js';

/**
 * The data of a decision from `k=v` and `k:=json`, typed by its contract's JSON Schema. A text that does not fit its
 * type stays a text: the contract says what is wrong with it.
 *
 * @param schema of the data; undefined where the type is not known: numbers, `true`, `false` are then taken as such
 * @throws TuttiError `usage`
 */
export function dataOf(pairs: readonly string[], schema: JsonObject | undefined, nowMs: number): Record<string, Json> {
  const data: Record<string, Json> = {};
  for (const pair of pairs) {
    const { name, text, isJson } = split(pair);
    if (Object.hasOwn(data, name)) throw usage(`${name} is given twice`, 'give each property once');
    const value = isJson
      ? jsonOf(name, text)
      : schema === undefined
        ? guessed(text)
        : typed(text, propertyOf(schema, name), nowMs);
    Object.defineProperty(data, name, { value, enumerable: true, writable: true, configurable: true });
  }
  return data;
}

function split(pair: string): { name: string; text: string; isJson: boolean } {
  const at = pair.indexOf('=');
  if (at <= 0 || pair.startsWith(':=')) {
    throw usage(`no value: ${pair}`, 'write property=value, or property:=JSON');
  }
  const isJson = pair[at - 1] === ':';
  return { name: pair.slice(0, isJson ? at - 1 : at), text: pair.slice(at + 1), isJson };
}

function jsonOf(name: string, text: string): Json {
  try {
    return JSON.parse(text) as Json;
  } catch (cause) {
    throw new TuttiError('usage', `${name}:= is no JSON: ${text}`, {
      mend: `quote it for the shell, or write ${name}=TEXT`,
      cause,
    });
  }
}

function propertyOf(schema: JsonObject, name: string): JsonObject {
  const { properties } = schema;
  if (typeof properties !== 'object' || properties === null || Array.isArray(properties)) return {};
  const found = Object.hasOwn(properties, name) ? properties[name] : undefined;
  return typeof found === 'object' && found !== null && !Array.isArray(found) ? found : {};
}

function typed(text: string, schema: JsonObject, nowMs: number): Json {
  const { type, format } = schema;
  const types = Array.isArray(type) ? type : [type];
  if (types.includes('string')) return format === 'date-time' ? (timeText(text, nowMs) ?? text) : text;
  if (types.includes('boolean') && (text === 'true' || text === 'false')) return text === 'true';
  if (types.includes('null') && text === 'null') return null;
  if (types.includes('integer'))
    return (schema['x-tutti-share'] === true ? shareOf(text) : undefined) ?? integerOf(text) ?? text;
  if (types.includes('number')) return numberOf(text) ?? text;
  if (types.includes('array') || types.includes('object')) return parsed(text) ?? text;
  if (Array.isArray(schema['enum'])) return schema['enum'].find((one) => String(one) === text) ?? text;
  return type === undefined ? guessed(text) : text;
}

/** A whole number that stays the same as a JSON number; `42.00` is none: whoever writes it means another unit. */
function integerOf(text: string): number | undefined {
  const value = /^-?\d{1,16}$/.test(text) ? Number(text) : Number.NaN;
  return Number.isSafeInteger(value) ? value : undefined;
}

/** `15%` in basis points. */
function shareOf(text: string): number | undefined {
  const [, whole, fraction = ''] = /^(\d{1,3})(?:\.(\d{1,2}))?%$/.exec(text) ?? [];
  return whole === undefined ? undefined : Number(whole) * 100 + Number(fraction.padEnd(2, '0'));
}

function numberOf(text: string): number | undefined {
  const value = parsed(text);
  return typeof value === 'number' ? value : undefined;
}

function guessed(text: string): Json {
  const value = parsed(text);
  return typeof value === 'number' || typeof value === 'boolean' ? value : text;
}

function parsed(text: string): Json | undefined {
  try {
    return JSON.parse(text) as Json;
  } catch {
    return undefined;
  }
}

function usage(message: string, mend: string): TuttiError {
  return new TuttiError('usage', message, { mend });
}
