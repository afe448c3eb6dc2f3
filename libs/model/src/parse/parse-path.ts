import type { DecisionDefinition, Path } from '../definition.js';
import type { Node } from '../document/document.js';
import { didYouMean } from '../problems/did-you-mean.js';
import type { Span } from '../problems/findings.js';
import type { Reader } from './names.js';

const PATH = /^([A-Za-z0-9_-]+)\.([A-Za-z0-9_-]+)$/;
const SUM = /^sum\( *([A-Za-z0-9_-]+)\.([A-Za-z0-9_-]+) *\)$/;
const COUNT = /^count\( *([A-Za-z0-9_-]+) *\)$/;

/** Reads a path into a subject's decisions, and finds what it names: `place.total`, `deliver.at`, `count(attempt)`. */
export function parsePath(
  node: Node,
  key: string,
  decisions: Readonly<Record<string, DecisionDefinition>>,
  reader: Reader,
): Path | undefined {
  const { findings } = reader;
  const text = reader.shape.text(node, `\`${key}\` is a path into a decision`, `${key}: place.${key}`)?.trim();
  if (text === undefined) return undefined;
  const span = (word: string): Span => {
    const start = text.indexOf(word);
    return { start: node.span.start + start, end: node.span.start + start + word.length };
  };
  const [, verb, property] = PATH.exec(text) ?? SUM.exec(text) ?? COUNT.exec(text) ?? [];
  if (verb === undefined) {
    const mend = 'write decision.property, decision.by, decision.at, sum(decision.property) or count(decision)';
    findings.error('path-syntax', node.span, `\`${text}\` is no path`, mend);
    return undefined;
  }
  const decision = Object.hasOwn(decisions, verb) ? decisions[verb] : undefined;
  if (decision === undefined) {
    findings.error(
      'unknown-path',
      span(verb),
      `there is no decision \`${verb}\``,
      didYouMean(verb, Object.keys(decisions)),
    );
    return undefined;
  }
  if (property === undefined) return { kind: 'count', decision: verb };
  const summed = text.startsWith('sum(');
  if (!summed && (property === 'by' || property === 'at')) {
    if (property === 'at' || !decision.clock) return { kind: property, decision: verb };
    findings.error(
      'path-type',
      span(property),
      `\`${verb}\` is decided by the clock`,
      'name a decision that participants make',
    );
    return undefined;
  }
  const schemas = propertiesOf(decision);
  const schema = schemas.get(property);
  const open = decision.schema['additionalProperties'] !== false;
  if (schema === undefined && !open) {
    const known = [...schemas.keys(), 'by', 'at'];
    findings.error(
      'unknown-path',
      span(property),
      `\`${verb}\` has no property \`${property}\``,
      didYouMean(property, known),
    );
    return undefined;
  }
  if (!summed) return { kind: 'data', decision: verb, property };
  if (schema?.['type'] !== 'integer') {
    findings.error(
      'path-type',
      span(property),
      `\`${property}\` is no number that could be summed`,
      'sum amounts and integers',
    );
    return undefined;
  }
  return { kind: 'sum', decision: verb, property };
}

/** Property → schema of a decision's payload. */
export function propertiesOf({ schema }: DecisionDefinition): Map<string, Record<string, unknown>> {
  const found = new Map<string, Record<string, unknown>>();
  const { properties } = schema;
  if (typeof properties !== 'object' || properties === null || Array.isArray(properties)) return found;
  for (const [name, property] of Object.entries(properties)) {
    found.set(name, typeof property === 'object' && property !== null && !Array.isArray(property) ? property : {});
  }
  return found;
}

/** Whether a payload always has the property. */
export function isRequired({ schema }: DecisionDefinition, property: string): boolean {
  const { required } = schema;
  return Array.isArray(required) && required.includes(property);
}
