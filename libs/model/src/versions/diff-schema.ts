import { canonicalJson, type Json, type JsonObject } from '@tutti/kernel';
import type { ChangeOf } from './change.js';
import { showJson, showType } from './show-value.js';

/** Whether everything the keyword let through before is still let through. */
type Widens = (before: Json, after: Json) => boolean;

const lower: Widens = (before, after) => (after as number) <= (before as number);
const higher: Widens = (before, after) => (after as number) >= (before as number);
const never: Widens = () => false;

/** Keywords that only ever take away: absent is the widest. Everything else that differs counts as breaking. */
const NARROWING: Readonly<Record<string, Widens>> = {
  minimum: lower,
  exclusiveMinimum: lower,
  minLength: lower,
  minItems: lower,
  minProperties: lower,
  maximum: higher,
  exclusiveMaximum: higher,
  maxLength: higher,
  maxItems: higher,
  maxProperties: higher,
  pattern: never,
  format: never,
  const: never,
  not: never,
  multipleOf: (before, after) => Number.isInteger((before as number) / (after as number)),
  uniqueItems: (_before, after) => after === false,
  enum: (before, after) => missing(before as Json[], after as Json[]).length === 0,
  type: (before, after) => {
    const allowed = listed(after);
    return listed(before).every((type) => allowed.includes(type) || (type === 'integer' && allowed.includes('number')));
  },
};

/** Keywords without a say in what is valid. */
const ANNOTATING = new Set(['title', 'description', '$comment', 'examples', 'default', 'deprecated']);
/** Compared member by member below. */
const STRUCTURAL = new Set(['properties', 'required', 'additionalProperties', 'items']);

/**
 * How the payload's schema differs, as changes with `data: …` texts. Compatible = whatever was valid stays valid and
 * keeps its meaning.
 *
 * @param at dotted path of the value in `data`, '' for the payload itself
 */
export function diffSchema(before: Json, after: Json, at = ''): ChangeOf[] {
  if (same(before, after)) return [];
  if (!isObject(before) || !isObject(after)) return [changed(at, 'schema', before, after)];
  return [...diffKeywords(before, after, at), ...diffProperties(before, after, at), ...diffItems(before, after, at)];
}

function diffKeywords(before: JsonObject, after: JsonObject, at: string): ChangeOf[] {
  const keywords = [...new Set([...Object.keys(before), ...Object.keys(after)])].filter(
    (keyword) => !STRUCTURAL.has(keyword) && !same(before[keyword], after[keyword]),
  );
  return keywords.toSorted().map((keyword) => {
    const [old, next] = [before[keyword], after[keyword]];
    if (ANNOTATING.has(keyword)) {
      return { kind: 'data-annotated', breaking: false, text: `data: ${place(at)}${keyword} reworded` };
    }
    const widens = NARROWING[keyword];
    if (widens === undefined) return changed(at, keyword, old, next);
    const wider = next === undefined || (old !== undefined && widens(old, next));
    const text = `data: ${place(at)}${difference(keyword, old, next)}`;
    return { kind: wider ? 'data-widened' : 'data-narrowed', breaking: !wider, text };
  });
}

function diffProperties(before: JsonObject, after: JsonObject, at: string): ChangeOf[] {
  const [old, next] = [members(before), members(after)];
  const [needed, needs] = [listed(before['required']), listed(after['required'])];
  const closed = before['additionalProperties'] === false;
  const closes = after['additionalProperties'] === false;
  const changes: ChangeOf[] = [];
  for (const [name, schema] of Object.entries(next)) {
    const path = at === '' ? name : `${at}.${name}`;
    const required = needs.includes(name);
    if (Object.hasOwn(old, name)) {
      const was = needed.includes(name);
      if (was && !required)
        changes.push({ kind: 'data-widened', breaking: false, text: `data: ${path} becomes optional` });
      if (!was && required)
        changes.push({ kind: 'data-required', breaking: true, text: `data: ${path} becomes required` });
      changes.push(...diffSchema(old[name]!, schema, path));
    } else {
      const text = `data: + ${path}${required ? '' : '?'} (${showType(schema)})`;
      changes.push({ kind: required ? 'data-required' : 'data-added', breaking: required || !closed, text });
    }
  }
  for (const name of Object.keys(old)) {
    if (Object.hasOwn(next, name)) continue;
    const path = at === '' ? name : `${at}.${name}`;
    // In an open object a name that is not declared any more may still be sent.
    changes.push({ kind: 'data-removed', breaking: closes, text: `data: - ${path}` });
  }
  for (const name of needs) {
    if (needed.includes(name) || Object.hasOwn(next, String(name))) continue;
    changes.push({ kind: 'data-required', breaking: true, text: `data: ${place(at)}${name} becomes required` });
  }
  if (!same(before['additionalProperties'], after['additionalProperties'])) {
    const opens = after['additionalProperties'] === undefined || after['additionalProperties'] === true;
    const text = `data: ${place(at)}${opens ? 'opened to other properties' : 'other properties restricted'}`;
    changes.push({ kind: opens ? 'data-widened' : 'data-narrowed', breaking: !opens, text });
  }
  return changes;
}

function diffItems(before: JsonObject, after: JsonObject, at: string): ChangeOf[] {
  const [old, next] = [before['items'], after['items']];
  if (same(old, next)) return [];
  if (next === undefined)
    return [{ kind: 'data-widened', breaking: false, text: `data: ${place(at)}items of any type` }];
  if (old === undefined) return [changed(at, 'items', old, next)];
  return diffSchema(old, next, `${at}[]`);
}

function changed(at: string, keyword: string, before: Json | undefined, after: Json | undefined): ChangeOf {
  return { kind: 'data-changed', breaking: true, text: `data: ${place(at)}${difference(keyword, before, after)}` };
}

function difference(keyword: string, before: Json | undefined, after: Json | undefined): string {
  const word = keyword.replace(/^x-tutti-/, '');
  if (word === 'enum' && Array.isArray(before) && Array.isArray(after)) {
    const gone = missing(before, after).map((value) => `- ${showJson(value)}`);
    const come = missing(after, before).map((value) => `+ ${showJson(value)}`);
    const both = [...gone, ...come];
    return both.length === 0 ? 'values reordered' : both.join(', ');
  }
  return `${word} ${showJson(before)} → ${showJson(after)}`;
}

function place(at: string): string {
  return at === '' ? '' : `${at} `;
}

function members(schema: JsonObject): JsonObject {
  const { properties } = schema;
  return isObject(properties) ? properties : {};
}

function listed(value: Json | undefined): Json[] {
  if (value === undefined) return [];
  return Array.isArray(value) ? value : [value];
}

/** What stands in `list` and not in `other`. */
function missing(list: readonly Json[], other: readonly Json[]): Json[] {
  const known = new Set(other.map((value) => canonicalJson(value)));
  return list.filter((value) => !known.has(canonicalJson(value)));
}

function same(left: Json | undefined, right: Json | undefined): boolean {
  if (left === undefined || right === undefined) return left === right;
  return canonicalJson(left) === canonicalJson(right);
}

function isObject(value: Json | undefined): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
