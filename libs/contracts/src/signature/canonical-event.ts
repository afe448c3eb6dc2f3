import { canonicalJson, type Json, type JsonObject } from '@tutti/kernel';
import type { DecisionEvent } from '../event.js';

/**
 * What a decision says, whichever road and encoding it came by: RFC 8785 of the event in structured form, without
 * `signature` and `traceparent` (and without `datacontenttype`, which is always JSON and which binary mode adds).
 * `basedon` is an integer and `exact` a boolean; other attributes are texts, as binary mode has them; attributes that
 * are null are absent.
 */
export function canonicalEvent(event: JsonObject): string {
  return canonicalJson(normalEvent(event));
}

/**
 * {@link canonicalEvent}, or undefined where there is none: RFC 8785 knows no number beyond IEEE doubles, which JSON
 * can spell (`1e999`).
 */
export function canonicalFormOf(event: JsonObject): string | undefined {
  try {
    return canonicalEvent(event);
  } catch {
    return undefined;
  }
}

/** The event whose RFC 8785 form is signed and compared; see {@link canonicalEvent}. */
export function normalEvent(event: JsonObject): JsonObject {
  const members: [string, Json][] = [];
  for (const name of Object.keys(event)) {
    const value = event[name]!;
    if (name === 'data') members.push([name, value]);
    else if (value !== null && !LEFT_OUT.has(name)) members.push([name, normalAttribute(name, value)]);
  }
  return Object.fromEntries(members);
}

const LEFT_OUT: ReadonlySet<string> = new Set(['signature', 'traceparent', 'datacontenttype']);

function normalAttribute(name: string, value: Json): Json {
  if (name === 'basedon') return typeof value === 'string' ? Number(value) : value;
  if (name === 'exact') return typeof value === 'string' ? value === 'true' : value;
  return typeof value === 'number' || typeof value === 'boolean' ? String(value) : value;
}

/**
 * Whether two events say the same: equal hashes of their bytes, else equal canonical forms. Events that could not be
 * read, or have no canonical form, are the same only byte for byte.
 */
export function sameContent(a: DecisionEvent, b: DecisionEvent): boolean {
  if (a.hash === b.hash) return true;
  if (!a.readable || !b.readable) return false;
  const form = canonicalFormOf(a.event);
  return form !== undefined && form === canonicalFormOf(b.event);
}

/**
 * How an event relates to one recorded earlier that may have the same id ({@link SubjectLog.find}): `same` is answered
 * with the earlier verdict, `conflict` is refused (`id-conflict`), `other` has another id after all.
 */
export function compareWithEarlier(event: DecisionEvent, earlier: DecisionEvent): 'same' | 'conflict' | 'other' {
  const a = event.attributes;
  const b = earlier.attributes;
  if (a.id !== b.id || a.source !== b.source || a.subject !== b.subject) return 'other';
  return sameContent(event, earlier) ? 'same' : 'conflict';
}
