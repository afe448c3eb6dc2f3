import { formatTime, type Json } from '@tutti/kernel';
import type { CompiledDecision } from '@tutti/model';

type Parties = Readonly<Record<string, string>>;
type Keeps = Readonly<Record<string, Json>>;

/** A decision's payload as an object's own property, or undefined. */
function property(data: Json, name: string): Json | undefined {
  if (typeof data !== 'object' || data === null || Array.isArray(data)) return undefined;
  return Object.hasOwn(data, name) ? data[name] : undefined;
}

/** The parties a decision names: those the subject's `parties` take from it. Undefined: none. */
export function partiesNamed(decision: CompiledDecision, participant: string, data: Json): Parties | undefined {
  let named: Record<string, string> | undefined;
  for (const { role, path } of decision.subject.parties) {
    if (path.decision !== decision.verb) continue;
    const value = path.kind === 'by' ? participant : path.kind === 'data' ? property(data, path.property) : undefined;
    if (typeof value === 'string' && value !== '') (named ??= {})[role] = value;
  }
  return named;
}

/**
 * The kept fields after an accepted decision; the same object where none changes.
 *
 * @param fits false where the data does not fit its schema (observe): values of the wrong JSON type are then left out
 * @returns undefined where a sum leaves the range of exact integers
 */
export function keepsAfter(
  decision: CompiledDecision,
  keeps: Keeps,
  participant: string,
  atMs: number,
  data: Json,
  fits: boolean,
): Keeps | undefined {
  let after: Record<string, Json> | undefined;
  for (const { name, path } of decision.subject.keeps) {
    if (path.decision !== decision.verb) continue;
    let value: Json | undefined;
    switch (path.kind) {
      case 'by':
        value = participant;
        break;
      case 'at':
        value = formatTime(atMs);
        break;
      case 'count':
        value = numberOf(keeps[name]) + 1;
        break;
      case 'sum': {
        const summand = property(data, path.property);
        if (typeof summand !== 'number' || !Number.isSafeInteger(summand)) break;
        value = numberOf(keeps[name]) + summand;
        if (!Number.isSafeInteger(value)) return undefined;
        break;
      }
      case 'data':
        value = property(data, path.property);
        if (!fits && value !== undefined && !hasDeclaredType(decision, path.property, value)) value = undefined;
        break;
      default:
        value = path satisfies never;
    }
    if (value !== undefined) (after ??= { ...keeps })[name] = value;
  }
  return after ?? keeps;
}

function numberOf(kept: Json | undefined): number {
  return typeof kept === 'number' ? kept : 0;
}

function hasDeclaredType(decision: CompiledDecision, name: string, value: Json): boolean {
  const properties = decision.definition.schema['properties'] as Record<
    string,
    { type?: Json; enum?: Json } | undefined
  >;
  const declared = properties?.[name];
  if (declared === undefined) return true;
  if (Array.isArray(declared.enum)) return declared.enum.some((one) => typeof one === typeof value);
  const types = Array.isArray(declared.type) ? declared.type : declared.type === undefined ? [] : [declared.type];
  return types.length === 0 || types.some((type) => isOfType(value, type));
}

function isOfType(value: Json, type: Json): boolean {
  switch (type) {
    case 'integer':
      return Number.isSafeInteger(value);
    case 'null':
      return value === null;
    case 'array':
      return Array.isArray(value);
    case 'object':
      return typeof value === 'object' && value !== null && !Array.isArray(value);
    default:
      return typeof value === type;
  }
}
