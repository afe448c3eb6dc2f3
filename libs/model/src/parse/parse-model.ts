import type { Problem } from '../compiled.js';
import { checkModel } from '../check/check-model.js';
import type { ModelDefinition } from '../definition.js';
import { Places, type Entry, type MapNode, type Node } from '../document/document.js';
import { readDocument } from '../document/read-document.js';
import { didYouMean } from '../problems/did-you-mean.js';
import { Findings } from '../problems/findings.js';
import type { Reader } from './names.js';
import { defaultCoherence, parseCoherence } from './parse-coherence.js';
import { parseIncentive } from './parse-incentive.js';
import { parseInteraction } from './parse-interaction.js';
import { parseLearning } from './parse-learning.js';
import { parseMeasures } from './parse-measures.js';
import { parsePolicies } from './parse-policies.js';
import { Shape, type Keys } from './shape.js';

const HEAD = ['tutti', 'model', 'namespace', 'epoch', 'open', 'roles', 'assets'];
const LAYERS = ['interaction', 'measures', 'incentive', 'policies', 'learning', 'coherence'];
const EPOCH_MS = 60_000;
const DECIMALS_MAX = 12;

/** What came of a model's text. */
export interface ParsedModel {
  /** Only where no problem is an error. */
  definition?: ModelDefinition;
  /** In the order of the text. */
  problems: Problem[];
}

/** What the caller can do that a pure function cannot. */
export interface ParseOptions {
  /** The text of a JSON Schema file named in `schema:`, relative to the model's; `undefined` if there is none. */
  readSchema?: (path: string) => string | undefined;
}

/**
 * Reads and checks a model (format: docs, JSON Schema `tutti-model-1`). Never throws, whatever the text is.
 *
 * @param text the YAML
 * @param file its name, for problems
 */
export function parseModel(text: string, file: string, options: ParseOptions = {}): ParsedModel {
  const findings = new Findings(text, file);
  const root = readDocument(text, findings);
  if (root === undefined || findings.errors > 0) return { problems: findings.problems() };
  const definition = readModel(root, findings, options);
  checkModel(definition, new Places(text, root), findings);
  const problems = findings.problems();
  return findings.errors > 0 ? { problems } : { definition, problems };
}

function readModel(root: MapNode, findings: Findings, options: ParseOptions): ModelDefinition {
  const shape = new Shape(findings);
  const top = root.entries[0]?.keySpan ?? root.span;
  const keys = shape.keys(root, top, 'a model', [...HEAD, ...LAYERS]);
  const format = shape.required(keys, 'tutti', 'the model', 'begin with `tutti: 1`');
  if (format !== undefined && (format.value.kind !== 'scalar' || format.value.value !== 1)) {
    findings.error('format-version', format.value.span, 'this format is not known here', 'write `tutti: 1`');
  }
  const roles = parseRoles(shape.required(keys, 'roles', 'the model', 'roles: { buyer: orders and pays }'), shape);
  const assets = parseAssets(keys.get('assets'), shape);
  const reader: Reader = {
    findings,
    shape,
    roles: new Set(Object.keys(roles)),
    assets: new Map(Object.entries(assets)),
    broken: new Set(),
    ...options,
  };
  const entry = shape.required(keys, 'interaction', 'the model', 'interaction: { order: { states: [placed], … } }');
  const interaction = entry === undefined ? {} : parseInteraction(entry.value, reader);
  const policies = keys.get('policies');
  const measures = keys.get('measures');
  const incentive = keys.get('incentive');
  const learning = keys.get('learning');
  const coherence = keys.get('coherence');
  const definition: ModelDefinition = {
    tutti: 1,
    model: parseName(keys, shape),
    epochMs: EPOCH_MS,
    open: parseOpen(keys.get('open'), reader),
    roles,
    assets,
    interaction,
    measures: measures === undefined ? {} : parseMeasures(measures.value, interaction, reader),
    policies: policies === undefined ? {} : parsePolicies(policies.value, interaction, reader),
    coherence:
      coherence === undefined
        ? defaultCoherence()
        : parseCoherence(coherence.value, coherence.keySpan, interaction, reader),
  };
  const namespace = parseNamespace(keys.get('namespace'), shape);
  if (namespace !== undefined) definition.namespace = namespace;
  const epoch = keys.get('epoch');
  const epochMs = epoch === undefined ? undefined : shape.durationMs(epoch.value, 'epoch', 'epoch: 1 minute');
  if (epochMs !== undefined) definition.epochMs = epochMs;
  if (incentive !== undefined) {
    definition.incentive = parseIncentive(incentive.value, incentive.keySpan, interaction, reader);
  }
  if (learning !== undefined) {
    definition.learning = parseLearning(learning.value, learning.keySpan, definition.policies, reader);
  }
  return definition;
}

function parseName(keys: Keys, shape: Shape): string {
  const entry = shape.required(keys, 'model', 'the model', 'model: marketplace');
  const name = entry === undefined ? undefined : shape.text(entry.value, '`model` is a name', 'model: marketplace');
  if (name !== undefined && entry !== undefined) shape.name(name, entry.value.span);
  return name ?? 'unnamed';
}

function parseNamespace(entry: Entry | undefined, shape: Shape): string | undefined {
  if (entry === undefined) return undefined;
  const text = shape.text(entry.value, '`namespace` is a prefix of types', 'namespace: com.example');
  if (text === undefined) return undefined;
  if (/^[a-z][a-z0-9-]*(\.[a-z][a-z0-9-]*)*$/.test(text) && text.length <= 128) return text;
  shape.findings.error(
    'name-invalid',
    entry.value.span,
    `\`${text}\` is no namespace`,
    'small letters and dots: com.example',
  );
  return undefined;
}

function parseRoles(entry: Entry | undefined, shape: Shape): Record<string, string> {
  const roles: Record<string, string> = {};
  if (entry === undefined) return roles;
  const example = 'roles: { buyer: orders and pays }';
  const map = shape.map(entry.value, '`roles` names roles', example);
  for (const { key, keySpan, value } of map?.entries ?? []) {
    if (!shape.name(key, keySpan)) continue;
    if (key === 'subject' || key === 'participant') {
      shape.findings.error('name-reserved', keySpan, `\`${key}\` has a meaning of its own`, 'choose another name');
      continue;
    }
    roles[key] = isNothing(value)
      ? ''
      : (shape.text(value, `\`${key}\` says what the role does, in words`, example) ?? '');
  }
  if (map?.entries.length === 0) shape.findings.error('missing-key', entry.keySpan, '`roles` names nobody', example);
  return roles;
}

function parseAssets(entry: Entry | undefined, shape: Shape): Record<string, number> {
  const assets: Record<string, number> = {};
  if (entry === undefined) return assets;
  const map = shape.map(entry.value, '`assets` names assets with their decimal places', 'assets: { USD: 2 }');
  for (const { key, keySpan, value } of map?.entries ?? []) {
    if (!/^[A-Z][A-Z0-9]{0,15}$/.test(key)) {
      const tidy = key.toUpperCase().replaceAll(/[^A-Z0-9]/g, '');
      const mend = /^[A-Z]/.test(tidy) ? `write \`${tidy.slice(0, 16)}\`` : 'e.g. USD';
      shape.findings.error('name-invalid', keySpan, `\`${key}\`: assets are upper case`, mend);
      continue;
    }
    const decimals = shape.integer(value, key, 0, DECIMALS_MAX);
    assets[key] = decimals ?? 0;
  }
  return assets;
}

function parseOpen(entry: Entry | undefined, reader: Reader): string[] {
  const open: string[] = [];
  if (entry === undefined) return open;
  const list = reader.shape.list(entry.value, '`open` lists roles', 'open: [buyer]');
  for (const item of list?.items ?? []) {
    const role = reader.shape.text(item, 'a role is a name', 'open: [buyer]');
    if (role === undefined) continue;
    if (!reader.roles.has(role)) {
      reader.findings.error('unknown-role', item.span, `\`${role}\` is no role`, didYouMean(role, reader.roles));
    } else if (open.includes(role))
      reader.findings.error('bad-value', item.span, `\`${role}\` stands here twice`, 'remove it');
    else open.push(role);
  }
  return open;
}

function isNothing(node: Node): boolean {
  return node.kind === 'scalar' && !node.written;
}
