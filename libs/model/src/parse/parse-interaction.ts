import type { DecisionDefinition, ModelDefinition, Path, SubjectDefinition } from '../definition.js';
import type { Entry, Node } from '../document/document.js';
import { didYouMean } from '../problems/did-you-mean.js';
import type { Reader } from './names.js';
import { parseDecision } from './parse-decision.js';
import { parsePath, propertiesOf } from './parse-path.js';
import type { Keys } from './shape.js';

const KEYS = ['states', 'parties', 'keeps', 'decisions', 'mode', 'ids', 'existing'];
const IDS_MS = 30 * 86_400_000;

/** Reads `interaction:`, subject by subject. */
export function parseInteraction(node: Node, reader: Reader): ModelDefinition['interaction'] {
  const { shape } = reader;
  const subjects: ModelDefinition['interaction'] = {};
  const map = shape.map(node, '`interaction` names subjects', 'interaction: { order: { states: [placed], … } }');
  for (const entry of map?.entries ?? []) {
    if (!shape.name(entry.key, entry.keySpan, true)) continue;
    const subject = parseSubject(entry, reader);
    if (subject !== undefined) subjects[entry.key] = subject;
  }
  if (map !== undefined && map.entries.length === 0) {
    reader.findings.error('missing-key', node.span, '`interaction` names no subject', 'interaction: { order: … }');
  }
  return subjects;
}

function parseSubject(entry: Entry, reader: Reader): SubjectDefinition | undefined {
  const { shape } = reader;
  const name = entry.key;
  const node = shape.map(entry.value, `the subject \`${name}\``, `${name}: { states: [placed], decisions: { … } }`);
  if (node === undefined) return undefined;
  const keys = shape.keys(node, entry.keySpan, `the subject \`${name}\``, KEYS);
  const states = parseStates(keys, name, reader);
  const decisions = parseDecisions(keys, name, states, reader);
  const parties = parseParties(keys, decisions, reader);
  const subject: SubjectDefinition = {
    states,
    parties,
    keeps: parseKeeps(keys, name, decisions, parties, reader),
    mode: 'enforce',
    ids: IDS_MS,
    existing: 'pin',
    decisions,
  };
  const mode = keys.get('mode');
  if (mode !== undefined) subject.mode = shape.oneOf(mode.value, 'mode', ['enforce', 'observe']) ?? 'enforce';
  const ids = keys.get('ids');
  if (ids !== undefined) {
    const forever = ids.value.kind === 'scalar' && ids.value.value === 'forever';
    subject.ids = forever ? 'forever' : (shape.durationMs(ids.value, 'ids', 'ids: 30 days, or forever') ?? IDS_MS);
  }
  checkExisting(keys, reader);
  return subject;
}

function checkExisting(keys: Keys, { findings, shape }: Reader): void {
  const existing = keys.get('existing');
  if (existing === undefined) return;
  const { value, keySpan } = existing;
  const migrates = value.kind === 'map' || (value.kind === 'scalar' && value.value === 'migrate');
  if (migrates) {
    const at = value.kind === 'map' ? (value.entries[0]?.keySpan ?? keySpan) : value.span;
    findings.error(
      'not-yet',
      at,
      '`migrate` is not there yet',
      'existing: pin, subjects under way finish as they began',
    );
  } else shape.oneOf(value, 'existing', ['pin']);
}

function parseStates(keys: Keys, name: string, reader: Reader): string[] {
  const { shape, findings } = reader;
  const example = 'states: [placed, shipped, closed]';
  const entry = shape.required(keys, 'states', `the subject \`${name}\``, example);
  const list = entry === undefined ? undefined : shape.list(entry.value, '`states`', example);
  const states: string[] = [];
  for (const item of list?.items ?? []) {
    const state = shape.text(item, 'a state is a name', example);
    if (state === undefined) continue;
    if (state === 'new') {
      findings.error(
        'name-reserved',
        item.span,
        '`new` is every subject’s state before its first move',
        'remove it from the list',
      );
    } else if (states.includes(state)) {
      findings.error('name-taken', item.span, `the state \`${state}\` stands here twice`, 'remove it');
    } else if (shape.name(state, item.span)) states.push(state);
  }
  if (list?.items.length === 0) findings.error('missing-key', list.span, '`states` is empty', example);
  return states;
}

function parseDecisions(
  keys: Keys,
  name: string,
  states: readonly string[],
  reader: Reader,
): Record<string, DecisionDefinition> {
  const { shape, findings } = reader;
  const decisions: Record<string, DecisionDefinition> = {};
  const example = 'decisions: { place: { by: buyer, moves: new -> placed } }';
  const entry = shape.required(keys, 'decisions', `the subject \`${name}\``, example);
  const map = entry === undefined ? undefined : shape.map(entry.value, '`decisions`', example);
  for (const decision of map?.entries ?? []) {
    if (!shape.name(decision.key, decision.keySpan)) continue;
    if (states.includes(decision.key)) {
      const said = `\`${decision.key}\` is a state and a decision`;
      findings.error(
        'name-taken',
        decision.keySpan,
        said,
        'decisions are verbs, states are participles: ship → shipped',
      );
    }
    decisions[decision.key] = parseDecision(decision, name, states, reader);
  }
  return decisions;
}

function parseParties(keys: Keys, decisions: Record<string, DecisionDefinition>, reader: Reader): Record<string, Path> {
  const { shape, findings } = reader;
  const parties: Record<string, Path> = {};
  const entry = keys.get('parties');
  const map = entry === undefined ? undefined : shape.map(entry.value, '`parties`', 'parties: { buyer: place.by }');
  for (const { key, keySpan, value } of map?.entries ?? []) {
    if (!reader.roles.has(key)) {
      findings.error(
        'unknown-role',
        keySpan,
        `\`${key}\` is no role`,
        didYouMean(key, reader.roles) ?? 'add it to `roles`',
      );
      continue;
    }
    const path = parsePath(value, key, decisions, reader);
    if (path === undefined) continue;
    const fault = partyFault(key, path, decisions);
    if (fault === undefined) parties[key] = path;
    else findings.error('path-type', value.span, fault.message, fault.mend);
  }
  return parties;
}

/** Why a path does not name a participant in a role. */
function partyFault(
  role: string,
  path: Path,
  decisions: Record<string, DecisionDefinition>,
): { message: string; mend: string } | undefined {
  const decision = decisions[path.decision]!;
  switch (path.kind) {
    case 'by': {
      const others = decision.by.filter((by) => by.role !== role).map((by) => by.role);
      if (decision.by.length === 0 || others.length === 0) return undefined;
      const said = decision.by.length === others.length ? 'is decided by' : 'is also decided by';
      return {
        message: `\`${path.decision}\` ${said} ${others.join(', ')}`,
        mend: `name a decision that only a ${role} makes`,
      };
    }
    case 'data': {
      const named = propertiesOf(decision).get(path.property)?.['x-tutti-role'];
      if (named === role) return undefined;
      const is = typeof named === 'string' ? `names a ${named}` : 'names no participant';
      return { message: `\`${path.property}\` ${is}`, mend: `give it the type in \`data\`: ${path.property}: ${role}` };
    }
    case 'at':
    case 'sum':
    case 'count':
      return { message: `a ${role} is a participant`, mend: 'write decision.by, or a property whose type is the role' };
    default:
      return path satisfies never;
  }
}

const SUBJECT_WORDS = new Set(['state', 'sequence', 'id', 'type']);

function parseKeeps(
  keys: Keys,
  name: string,
  decisions: Record<string, DecisionDefinition>,
  parties: Record<string, Path>,
  reader: Reader,
): Record<string, Path> {
  const { shape, findings } = reader;
  const keeps: Record<string, Path> = {};
  const entry = keys.get('keeps');
  const map = entry === undefined ? undefined : shape.map(entry.value, '`keeps`', 'keeps: { total: place.total }');
  for (const { key, keySpan, value } of map?.entries ?? []) {
    if (!shape.name(key, keySpan)) continue;
    if (SUBJECT_WORDS.has(key)) {
      findings.error('name-reserved', keySpan, `\`${name}.${key}\` has a meaning of its own`, 'choose another name');
      continue;
    }
    if (Object.hasOwn(parties, key)) {
      findings.error(
        'name-taken',
        keySpan,
        `\`${name}.${key}\` is a party already`,
        'remove it, or choose another name',
      );
      continue;
    }
    const path = parsePath(value, key, decisions, reader);
    if (path === undefined) reader.broken.add(`${name}.${key}`);
    else keeps[key] = path;
  }
  return keeps;
}
