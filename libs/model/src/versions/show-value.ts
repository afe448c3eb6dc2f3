import { canonicalJson, type Json, type JsonObject } from '@tutti/kernel';
import type { Path } from '../definition.js';

const UNITS: readonly [string, number][] = [
  ['day', 86_400_000],
  ['hour', 3_600_000],
  ['minute', 60_000],
  ['second', 1000],
  ['millisecond', 1],
];

/** A duration as the model writes it: `7 days`, `1 minute`. */
export function showDuration(durationMs: number): string {
  for (const [unit, sizeMs] of UNITS) {
    const count = durationMs / sizeMs;
    if (count >= 1 && Number.isInteger(count)) return `${count} ${unit}${count === 1 ? '' : 's'}`;
  }
  return `${durationMs} milliseconds`;
}

/** Basis points as a percentage: `15%`, `2.5%`. */
export function showShare(basisPoints: number): string {
  return `${basisPoints / 100}%`;
}

/** A parameter's value in its own unit: shares as percentages, everything else as the integer it is. */
export function showParameter(type: string, value: number): string {
  return type === 'share' ? showShare(value) : String(value);
}

/** A path as the model writes it: `place.total`, `sum(refund.amount)`. */
export function showPath(path: Path): string {
  switch (path.kind) {
    case 'data':
      return `${path.decision}.${path.property}`;
    case 'by':
      return `${path.decision}.by`;
    case 'at':
      return `${path.decision}.at`;
    case 'sum':
      return `sum(${path.decision}.${path.property})`;
    case 'count':
      return `count(${path.decision})`;
    default:
      return path satisfies never;
  }
}

/** A property's type in words of the model: `seller`, `USD`, `time`, `a | b`, `string`. */
export function showType(schema: Json | undefined): string {
  if (typeof schema !== 'object' || schema === null || Array.isArray(schema)) return 'anything';
  const { type } = schema;
  const role = schema['x-tutti-role'];
  const asset = schema['x-tutti-asset'];
  if (typeof role === 'string') return role;
  if (typeof asset === 'string') return asset;
  if (schema['x-tutti-share'] === true) return 'share';
  if (Array.isArray(schema['enum'])) return schema['enum'].map(showJson).join(' | ');
  if (schema['format'] === 'date-time') return 'time';
  if (type === 'array') return `list of ${showType(schema['items'] as JsonObject | undefined)}`;
  return typeof type === 'string' ? type : 'schema';
}

/** A value on one line: texts bare, everything else as JSON. */
export function showJson(value: Json | undefined): string {
  if (value === undefined) return 'none';
  return typeof value === 'string' ? value : canonicalJson(value);
}
