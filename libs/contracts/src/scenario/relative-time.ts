import { formatTime, type Json, type JsonObject } from '@tutti/kernel';
import { readDuration, readShare } from '@tutti/model';

/** `4 days` in milliseconds; `undefined` if the text is no duration of the world's time. */
export function durationMsOf(text: string): number | undefined {
  const read = readDuration(text);
  return 'ms' in read && read.ms > 0 ? read.ms : undefined;
}

/** `+3 days`, `-2 hours` as milliseconds; `undefined` if the text is no such offset. */
export function offsetMsOf(text: string): number | undefined {
  const found = /^([+-])\s*(.+)$/.exec(text.trim());
  const read = found === null ? undefined : readDuration(found[2]!);
  if (read === undefined || !('ms' in read)) return undefined;
  return found![1] === '-' ? -read.ms : read.ms;
}

/**
 * Data as a decision sends it: where the schema wants a time, `+3 days` becomes the time so far from now; where it
 * wants a share, `15%` becomes basis points. Everything else stays as written, fitting or not.
 */
export function dataAt(written: Json, schema: Json | undefined, nowMs: number): Json {
  if (!isObject(schema)) return written;
  if (typeof written === 'string') return textAt(written, schema, nowMs);
  if (Array.isArray(written)) return written.map((item) => dataAt(item, schema['items'], nowMs));
  if (!isObject(written)) return written;
  const properties = isObject(schema['properties']) ? schema['properties'] : {};
  return Object.fromEntries(
    Object.entries(written).map(([name, value]) => [name, dataAt(value, ownOf(properties, name), nowMs)]),
  );
}

function textAt(text: string, schema: JsonObject, nowMs: number): Json {
  if (schema['format'] === 'date-time') {
    const offsetMs = offsetMsOf(text);
    return offsetMs === undefined ? text : formatTime(nowMs + offsetMs);
  }
  return (schema['x-tutti-share'] === true ? readShare(text) : undefined) ?? text;
}

function ownOf(record: JsonObject, name: string): Json | undefined {
  return Object.hasOwn(record, name) ? record[name] : undefined;
}

function isObject(value: Json | undefined): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
