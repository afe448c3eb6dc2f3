import type { RequirementScope, Standing } from '../compiled.js';
import type { IncentiveDefinition, ModelDefinition, Path, SubjectDefinition } from '../definition.js';
import { SHARE_MAX } from '../data-schema.js';
import { propertiesOf, isRequired } from '../parse/parse-path.js';
import { BUILT_IN_MEASURES } from '../parse/parse-measures.js';
import { converter, fieldType, schemaFields } from './field-type.js';
import type { Scope, ScopeFields, ScopeNode, ScopeValue } from './scope.js';
import { toInt, toValue } from './value.js';

/**
 * What `requires`, and `if` and amounts of measures and rules see: `data` (where exactly one type is named), `by`, `at`,
 * the subject, `policy`, `standing(id)`.
 *
 * @param verbs decisions of the subject the expression stands for
 */
export function decisionScope(
  model: ModelDefinition,
  subject: string,
  verbs: readonly string[],
): Scope<RequirementScope> {
  const definition = model.interaction[subject]!;
  const roots = new Map<string, ScopeNode<RequirementScope>>();
  const [verb] = verbs;
  const decisions = verbs.map((each) => definition.decisions[each]!);
  if (verb !== undefined && verbs.length === 1) {
    roots.set(
      'data',
      schemaFields(decisions[0]!.schema, `\`${subject}.${verb}\` has no property`, ({ data }) => data),
    );
  }
  const roles = [...new Set(decisions.flatMap(({ by }) => by.map(({ role }) => role)))];
  const acting = decisions.some(({ clock }) => clock) ? [...roles, 'clock'] : roles;
  roots.set('by', {
    kind: 'fields',
    lacks: '`by` has no field',
    fields: new Map([
      ['id', { kind: 'value', type: 'string', roles, read: ({ by }) => by.id }],
      ['role', { kind: 'value', type: 'string', values: acting, read: ({ by }) => by.role }],
    ]),
  });
  roots.set('at', { kind: 'value', type: 'time', read: ({ atMs }) => atMs });
  roots.set(subject, subjectFields(subject, definition));
  roots.set(
    'policy',
    policyFields(model, ({ policy }) => policy),
  );
  return { roots, emptyRate: 'error', standingOf: standingReader(model) };
}

function subjectFields(name: string, subject: SubjectDefinition): ScopeFields<RequirementScope> {
  const fields = new Map<string, ScopeNode<RequirementScope>>([
    [
      'state',
      { kind: 'value', type: 'string', values: ['new', ...subject.states], read: (scope) => scope.subject.state },
    ],
    ['sequence', { kind: 'value', type: 'int', read: (scope) => toInt(scope.subject.sequence) }],
  ]);
  for (const role of Object.keys(subject.parties)) {
    const read = ({ subject: { parties } }: RequirementScope) =>
      Object.hasOwn(parties, role) ? parties[role] : undefined;
    fields.set(role, { kind: 'value', type: 'string', roles: [role], optional: true, read });
  }
  for (const [keep, path] of Object.entries(subject.keeps)) fields.set(keep, keepValue(keep, path, subject));
  return { kind: 'fields', lacks: `${name} keeps no field`, fields };
}

function keepValue(keep: string, path: Path, { decisions }: SubjectDefinition): ScopeValue<RequirementScope> {
  const typed = keepType(path, decisions);
  const convert = converter(typed.type);
  const counts = path.kind === 'sum' || path.kind === 'count';
  return {
    kind: 'value',
    ...typed,
    optional: !counts,
    read: ({ subject: { keeps } }) => {
      if (Object.hasOwn(keeps, keep)) return convert(keeps[keep]);
      return counts ? 0n : undefined;
    },
  };
}

/** The type of what a subject keeps. */
export function keepType(
  path: Path,
  decisions: SubjectDefinition['decisions'],
): Omit<ScopeValue<never>, 'read' | 'kind'> {
  const decision = decisions[path.decision]!;
  switch (path.kind) {
    case 'at':
      return { type: 'time' };
    case 'by':
      return { type: 'string', roles: decision.by.map(({ role }) => role) };
    case 'count':
      return { type: 'int' };
    case 'sum':
    case 'data':
      return fieldType(propertiesOf(decision).get(path.property) ?? {});
    default:
      return path satisfies never;
  }
}

/** Whether a keep or party is set for certain once its decision was accepted. */
export function isSetBy(path: Path, decisions: SubjectDefinition['decisions']): boolean {
  return path.kind !== 'data' || isRequired(decisions[path.decision]!, path.property);
}

type Policies = RequirementScope['policy'];

function policyFields<S>(model: ModelDefinition, from: (scope: S) => Policies): ScopeFields<S> {
  const policies = Object.entries(model.policies).map(([policy, { parameters }]): [string, ScopeNode<S>] => {
    const fields = Object.entries(parameters).map(([parameter, { type }]): [string, ScopeNode<S>] => {
      const read = (scope: S) => {
        const values = from(scope)[policy];
        return values?.[parameter] === undefined ? undefined : toInt(values[parameter]);
      };
      const value: ScopeValue<S> = { kind: 'value', type: 'int', policy, read };
      return [parameter, type === 'integer' ? value : { ...value, unit: type }];
    });
    return [policy, { kind: 'fields', lacks: `the policy \`${policy}\` has no parameter`, fields: new Map(fields) }];
  });
  return { kind: 'fields', lacks: 'there is no policy', fields: new Map(policies) };
}

function standingReader(model: ModelDefinition): NonNullable<Scope<RequirementScope>['standingOf']> {
  const { incentive } = model;
  return (participant) => {
    const read = (scope: RequirementScope): Standing | undefined => {
      const id = participant.read(scope);
      return typeof id === 'string' ? scope.standing(id) : undefined;
    };
    return standingFields(incentive, participant.roles ?? [], read);
  };
}

/** Tier, score and attributes of a standing of one of the roles. Without `incentive:` names of tiers are not known. */
export function standingFields<S>(
  incentive: IncentiveDefinition | undefined,
  roles: readonly string[],
  standing: (scope: S) => Standing | undefined,
): ScopeFields<S> {
  const none: ScopeFields<S> = {
    kind: 'fields',
    lacks: `nothing declares a standing of ${roles.join(' or ')}: it has no`,
    fields: new Map(),
  };
  const declared = roles.flatMap((role) =>
    incentive !== undefined && Object.hasOwn(incentive.standings, role) ? [incentive.standings[role]!] : [],
  );
  if (incentive !== undefined && declared.length === 0) return none;
  const tiers = declared.flatMap((each) => each.tiers);
  const tier: ScopeValue<S> = { kind: 'value', type: 'string', read: (scope) => standing(scope)?.tier };
  const fields = new Map<string, ScopeNode<S>>([
    ['tier', incentive === undefined ? tier : { ...tier, values: tiers.map(({ name }) => name) }],
    [
      'score',
      {
        kind: 'value',
        type: 'int',
        read: (scope) => {
          const found = standing(scope);
          return found === undefined ? undefined : toInt(found.score);
        },
      },
    ],
  ]);
  for (const { attributes } of tiers) {
    for (const [name, sample] of Object.entries(attributes)) {
      const type = typeof sample === 'number' ? 'int' : typeof sample === 'boolean' ? 'bool' : 'string';
      fields.set(name, { kind: 'value', type, read: (scope) => attributeOf(standing(scope), name) });
    }
  }
  const lacks = 'the standing has no field';
  if (incentive !== undefined) return { kind: 'fields', lacks, fields };
  const other = (name: string): ScopeValue<S> => ({
    kind: 'value',
    type: 'int',
    read: (scope) => attributeOf(standing(scope), name) ?? BigInt(SHARE_MAX),
  });
  return { kind: 'fields', lacks, fields, other };
}

function attributeOf(standing: Standing | undefined, name: string) {
  if (standing === undefined || !Object.hasOwn(standing.attributes, name)) return undefined;
  return toValue(standing.attributes[name]);
}

/** What rules `when: epoch` see, for each participant of a role (or once). */
export interface EpochScope {
  standing: Standing | undefined;
  /** Account → what is available. */
  balance: Readonly<Record<string, bigint>>;
  /** Measure → its sum. */
  measure: Readonly<Record<string, number>>;
  policy: Policies;
}

export function epochScope(model: ModelDefinition, each: string | undefined): Scope<EpochScope> {
  const roots = new Map<string, ScopeNode<EpochScope>>();
  const incentive = model.incentive;
  if (each !== undefined)
    roots.set(
      'standing',
      standingFields(incentive, [each], ({ standing }) => standing),
    );
  const accounts = Object.entries(incentive?.accounts ?? {}).filter(
    (account) => each !== undefined || account[1].each === undefined,
  );
  roots.set('balance', {
    kind: 'fields',
    lacks: 'there is no account',
    fields: new Map(
      accounts.map(([name]) => [name, { kind: 'value', type: 'int', read: ({ balance }) => balance[name] }]),
    ),
  });
  roots.set(
    'measure',
    measureFields(model, 'there is no measure', ({ measure }: EpochScope) => measure),
  );
  roots.set(
    'policy',
    policyFields(model, ({ policy }) => policy),
  );
  return { roots, emptyRate: 'error' };
}

/** Measure → its sum, as scores and conditions of loops see it. */
export type MeasureScope = Readonly<Record<string, number>>;

export function scoreScope(model: ModelDefinition): Scope<MeasureScope> {
  return { roots: measureFields(model, '', (scope: MeasureScope) => scope).fields, emptyRate: 'zero' };
}

export function conditionScope(model: ModelDefinition): Scope<MeasureScope> {
  const roots = measureFields(model, '', (scope: MeasureScope) => scope, BUILT_IN_MEASURES).fields;
  return { roots, emptyRate: 'no-evidence' };
}

/** What `abort` sees: measures of the cohort and of the rest. */
export interface AbortScope {
  cohort: MeasureScope;
  rest: MeasureScope;
  overall: MeasureScope;
}

export function abortScope(model: ModelDefinition): Scope<AbortScope> {
  const roots = new Map<string, ScopeNode<AbortScope>>([
    ['cohort', measureFields(model, 'there is no measure', ({ cohort }: AbortScope) => cohort, BUILT_IN_MEASURES)],
    ['rest', measureFields(model, 'there is no measure', ({ rest }: AbortScope) => rest, BUILT_IN_MEASURES)],
    ...numbers(['nacks', ...BUILT_IN_MEASURES], ({ overall }: AbortScope) => overall),
  ]);
  return { roots, emptyRate: 'no-evidence' };
}

function measureFields<S>(
  model: ModelDefinition,
  lacks: string,
  from: (scope: S) => MeasureScope,
  more: readonly string[] = [],
): ScopeFields<S> {
  return { kind: 'fields', lacks, fields: new Map(numbers([...Object.keys(model.measures), ...more], from)) };
}

function numbers<S>(names: readonly string[], from: (scope: S) => MeasureScope): [string, ScopeNode<S>][] {
  return names.map((name) => [
    name,
    {
      kind: 'value',
      type: 'int',
      read: (scope) => {
        const value = from(scope)[name];
        return value === undefined ? undefined : toInt(value);
      },
    },
  ]);
}
