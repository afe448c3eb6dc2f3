import type { Json } from '@tutti/kernel';
import type { IncentiveDefinition, StandingDefinition } from '../definition.js';
import { toJson, type Entry, type Node } from '../document/document.js';
import { didYouMean } from '../problems/did-you-mean.js';
import type { Reader } from './names.js';
import { readShare } from './words.js';

const EXAMPLE =
  'seller: { window: 30 days, score: max(0, 1000 - rate(late, delivered)), tiers: { good: { from: 0 } } }';
const WINDOW_MS = 30 * 86_400_000;

/** Reads `standings:`, role by role. */
export function parseStandings(node: Node, reader: Reader): IncentiveDefinition['standings'] {
  const { shape, findings } = reader;
  const standings: IncentiveDefinition['standings'] = {};
  const map = shape.map(node, '`standings` names roles', EXAMPLE);
  for (const entry of map?.entries ?? []) {
    if (!reader.roles.has(entry.key)) {
      const mend = didYouMean(entry.key, reader.roles) ?? 'add it to `roles`';
      findings.error('unknown-role', entry.keySpan, `\`${entry.key}\` is no role`, mend);
      continue;
    }
    const standing = parseStanding(entry, reader);
    if (standing !== undefined) standings[entry.key] = standing;
  }
  return standings;
}

function parseStanding(entry: Entry, reader: Reader): StandingDefinition | undefined {
  const { shape } = reader;
  const what = `the standing of ${entry.key}`;
  const body = shape.map(entry.value, what, EXAMPLE);
  if (body === undefined) return undefined;
  const keys = shape.keys(body, entry.keySpan, 'a standing', ['window', 'score', 'tiers']);
  const window = shape.required(keys, 'window', what, 'window: 30 days');
  const score = shape.required(keys, 'score', what, 'score: max(0, 1000 - rate(late, delivered))');
  const tiers = shape.required(keys, 'tiers', what, 'tiers: { good: { from: 0 } }');
  const cel =
    score === undefined ? undefined : shape.text(score.value, '`score` is an expression', 'score: 1000 - late');
  return {
    windowMs:
      (window === undefined ? undefined : shape.durationMs(window.value, 'window', 'window: 30 days')) ?? WINDOW_MS,
    score: cel ?? '0',
    tiers: tiers === undefined ? [] : parseTiers(tiers.value, reader),
  };
}

function parseTiers(node: Node, reader: Reader): StandingDefinition['tiers'] {
  const { shape, findings } = reader;
  const example = 'tiers: { good: { from: 700 }, poor: { from: 0 } }';
  const tiers: StandingDefinition['tiers'] = [];
  const map = shape.map(node, '`tiers` names tiers, the best first', example);
  if (map?.entries.length === 0) findings.error('missing-key', map.span, '`tiers` is empty', example);
  for (const { key, keySpan, value } of map?.entries ?? []) {
    if (!shape.name(key, keySpan)) continue;
    const body = shape.map(value, `the tier \`${key}\``, `${key}: { from: 700 }`);
    if (body === undefined) continue;
    const from = body.entries.find((entry) => entry.key === 'from');
    if (from === undefined)
      findings.error('missing-key', keySpan, `the tier \`${key}\` lacks \`from\``, 'from: the score it begins at');
    const attributes: Record<string, Json> = {};
    for (const attribute of body.entries) {
      if (attribute.key === 'from') continue;
      if (attribute.key === 'score' || attribute.key === 'tier') {
        findings.error(
          'name-reserved',
          attribute.keySpan,
          `\`standing.${attribute.key}\` has a meaning of its own`,
          'choose another name',
        );
      } else if (shape.name(attribute.key, attribute.keySpan)) {
        const read = parseAttribute(attribute, reader);
        if (read !== undefined) attributes[attribute.key] = read;
      }
    }
    const score = from === undefined ? undefined : shape.integer(from.value, 'from');
    tiers.push({ name: key, from: score ?? 0, attributes });
  }
  return tiers;
}

/** A share, a whole number, true, false or a word. */
function parseAttribute({ key, value }: Entry, { findings, shape }: Reader): Json | undefined {
  const scalar = shape.scalar(value, `\`${key}\` is a share, a whole number, true, false or a word`, `${key}: 40%`);
  if (scalar === undefined) return undefined;
  const read = toJson(scalar);
  if (typeof read === 'number' && !Number.isSafeInteger(read)) {
    findings.error('bad-number', value.span, `\`${key}\` is no whole number`, 'write a share as 40%');
    return undefined;
  }
  if (typeof read === 'string' && read.includes('%')) return readShare(read) ?? shape.share(scalar, key);
  return read;
}
