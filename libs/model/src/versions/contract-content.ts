import type { Json, JsonObject } from '@tutti/kernel';
import type { ModelDefinition, Path, SubjectDefinition } from '../definition.js';

/** The CloudEvents type of a decision: `order.ship`, with the model's namespace before it if there is one. */
export function fullType(definition: ModelDefinition, subject: string, verb: string): string {
  const type = `${subject}.${verb}`;
  return definition.namespace === undefined ? type : `${definition.namespace}.${type}`;
}

/** Full types of a model with where they stand, in model order. */
export function contractsOf(definition: ModelDefinition): { type: string; subject: string; verb: string }[] {
  return Object.entries(definition.interaction).flatMap(([subject, { decisions }]) =>
    Object.keys(decisions).map((verb) => ({ type: fullType(definition, subject, verb), subject, verb })),
  );
}

/**
 * What a contract version stands for, to compare as canonical JSON: the decision as written, and of its subject the
 * mode, the ids window, the parties it binds or acts as, the keeps it fills or reads, and the assets it counts in.
 */
export function contractContent(definition: ModelDefinition, subject: string, verb: string): JsonObject {
  const owner = definition.interaction[subject]!;
  const decision = owner.decisions[verb]!;
  const roles = new Set(decision.by.map(({ role }) => role));
  const expressions = decision.requires.map(({ cel }) => cel).join('\n');
  const parties = chosen(owner.parties, (name, path) => path.decision === verb || roles.has(name));
  const keeps = chosen(owner.keeps, (name, path) => path.decision === verb || reads(expressions, subject, name));
  return {
    decision: decision as unknown as Json,
    mode: owner.mode,
    ids: owner.ids,
    parties: parties as unknown as Json,
    keeps: keeps as unknown as Json,
    assets: Object.fromEntries(assetsOf(decision.schema).map((asset) => [asset, definition.assets[asset] ?? null])),
  };
}

function chosen(paths: SubjectDefinition['keeps'], use: (name: string, path: Path) => boolean): Record<string, Path> {
  return Object.fromEntries(Object.entries(paths).filter(([name, path]) => use(name, path)));
}

function reads(expressions: string, subject: string, name: string): boolean {
  return new RegExp(`\\b${subject}\\s*\\.\\s*${name}\\b`).test(expressions);
}

function assetsOf(schema: Json): string[] {
  if (Array.isArray(schema)) return schema.flatMap(assetsOf);
  if (typeof schema !== 'object' || schema === null) return [];
  const asset = schema['x-tutti-asset'];
  return [...(typeof asset === 'string' ? [asset] : []), ...Object.values(schema).flatMap(assetsOf)];
}
