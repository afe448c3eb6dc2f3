import { canonicalJson, sha256Hex, TuttiError } from '@tutti/kernel';
import type {
  CompiledDecision,
  CompiledModel,
  CompiledRequirement,
  CompiledSubject,
  RequirementScope,
  Standing,
} from './compiled.js';
import type { ModelDefinition, SubjectDefinition } from './definition.js';
import { compileExpression } from './expressions/expression.js';
import { decisionScope, keepType } from './expressions/scopes.js';
import { ExpressionFault } from './expressions/value.js';
import { reachOf } from './machine.js';
import { isRequired, propertiesOf } from './parse/parse-path.js';
import { PayloadValidators } from './payload/payload-validator.js';
import { fullType } from './versions/contract-content.js';

/** Where nothing declares a standing, everybody has this one. */
export const UNDECLARED_STANDING: Standing = { score: 1000, tier: 'top', attributes: {} };

/**
 * Makes a model ready to judge with.
 *
 * @param definition a checked one: `parseModel` gave it, or classes did
 * @throws TuttiError `model-invalid` if an expression or schema in it does not compile
 */
export function compileModel(definition: ModelDefinition): CompiledModel {
  const validators = new PayloadValidators(definition.assets);
  const subjects = new Map<string, CompiledSubject>();
  const decisions = new Map<string, CompiledDecision>();
  for (const [name, subject] of Object.entries(definition.interaction)) {
    const { compiled, deadlines } = compileSubject(name, subject);
    subjects.set(name, compiled);
    for (const verb of Object.keys(subject.decisions)) {
      const decision = compileDecision(definition, compiled, verb, validators);
      decisions.set(decision.type, decision);
      if (!decision.definition.clock) continue;
      for (const from of decision.moves.keys()) deadlines.set(from, [...(deadlines.get(from) ?? []), decision]);
    }
    for (const [state, due] of deadlines) {
      deadlines.set(
        state,
        due.toSorted((a, b) => (a.definition.afterMs ?? 0) - (b.definition.afterMs ?? 0)),
      );
    }
  }
  const prefix = definition.namespace === undefined ? '' : `${definition.namespace}.`;
  return {
    definition,
    hash: sha256Hex(canonicalJson(definition)),
    subjects,
    decisions,
    subjectOfType: (type) => {
      if (!type.startsWith(prefix)) return undefined;
      const rest = type.slice(prefix.length);
      const dot = rest.indexOf('.');
      return subjects.get(dot === -1 ? rest : rest.slice(0, dot));
    },
    policyDefaults: Object.fromEntries(
      Object.entries(definition.policies).map(([policy, { parameters }]) => [
        policy,
        Object.fromEntries(Object.entries(parameters).map(([parameter, { default: value }]) => [parameter, value])),
      ]),
    ),
    topStandings: Object.fromEntries(
      Object.keys(definition.roles).map((role) => [role, topStanding(definition, role)]),
    ),
  };
}

function topStanding({ incentive }: ModelDefinition, role: string): Standing {
  const declared =
    incentive !== undefined && Object.hasOwn(incentive.standings, role) ? incentive.standings[role] : undefined;
  const top = declared?.tiers[0];
  if (top === undefined) return UNDECLARED_STANDING;
  return { score: Math.max(top.from, UNDECLARED_STANDING.score), tier: top.name, attributes: top.attributes };
}

function compileSubject(
  name: string,
  definition: SubjectDefinition,
): { compiled: CompiledSubject; deadlines: Map<string, readonly CompiledDecision[]> } {
  const deadlines = new Map<string, readonly CompiledDecision[]>();
  const compiled: CompiledSubject = {
    name,
    definition,
    deadlines,
    reach: reachOf(definition),
    parties: Object.entries(definition.parties).map(([role, path]) => ({ role, path })),
    keeps: Object.entries(definition.keeps).map(([keep, path]) => ({
      name: keep,
      path,
      isTime: keepType(path, definition.decisions).type === 'time',
    })),
  };
  return { compiled, deadlines };
}

function compileDecision(
  model: ModelDefinition,
  subject: CompiledSubject,
  verb: string,
  validators: PayloadValidators,
): CompiledDecision {
  const definition = subject.definition.decisions[verb]!;
  const type = fullType(model, subject.name, verb);
  const moves = new Map(definition.moves.map(({ from, to }) => [from, to]));
  const targets = new Set(moves.values());
  const [target] = targets;
  const roleProperties: { property: string; role: string; optional: boolean }[] = [];
  for (const [property, schema] of propertiesOf(definition)) {
    const role = schema['x-tutti-role'];
    if (typeof role === 'string') roleProperties.push({ property, role, optional: !isRequired(definition, property) });
  }
  const scope = decisionScope(model, subject.name, [verb]);
  return {
    type,
    verb,
    subject,
    definition,
    moves,
    target: targets.size === 1 ? target : undefined,
    validate: compileSchema(definition.schema, type, validators),
    roleProperties,
    requirements: definition.requires.map(({ name, cel }) => compileRequirement(name, cel, type, scope)),
  };
}

function compileSchema(
  schema: CompiledDecision['definition']['schema'],
  type: string,
  validators: PayloadValidators,
): CompiledDecision['validate'] {
  try {
    return validators.compile(schema);
  } catch (cause) {
    throw new TuttiError('model-invalid', `the schema of ${type} does not compile`, {
      where: type,
      mend: 'Run tutti model check.',
      cause,
    });
  }
}

function compileRequirement(
  name: string,
  cel: string,
  type: string,
  scope: ReturnType<typeof decisionScope>,
): CompiledRequirement {
  const { expression, problems } = compileExpression(cel, scope, 'bool');
  if (expression === undefined) {
    const where = `${type}/${name}`;
    throw new TuttiError('model-invalid', `${where}: ${problems[0]?.message ?? 'does not compile'}`, {
      where,
      mend: 'Run tutti model check.',
    });
  }
  const evaluate: CompiledRequirement['evaluate'] = (from: RequirementScope) => {
    try {
      const value = expression.run(from);
      if (value === true) return { ok: true };
      if (value === false) return { ok: false, values: expression.values(from) };
      return { ok: false, error: 'neither true nor false', values: expression.values(from) };
    } catch (error) {
      const message = error instanceof ExpressionFault ? error.message : 'the expression failed';
      return { ok: false, error: message, values: expression.values(from) };
    }
  };
  return { name, cel, evaluate };
}
