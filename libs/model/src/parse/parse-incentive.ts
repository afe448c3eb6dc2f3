import type { IncentiveDefinition, ModelDefinition, RuleDefinition } from '../definition.js';
import type { Entry, Node } from '../document/document.js';
import type { Reader } from './names.js';
import { parseStandings } from './parse-standings.js';
import { parseWhen } from './parse-when.js';

const VERBS = ['pay', 'hold', 'post', 'void'] as const;
const RULE = 'fee: { when: order.close, pay: "share(order.total, 500)", from: seller.wallet, to: fees }';

/** Reads `incentive:`: accounts, rules and standings. */
export function parseIncentive(
  node: Node,
  at: Entry['keySpan'],
  interaction: ModelDefinition['interaction'],
  reader: Reader,
): IncentiveDefinition {
  const { shape } = reader;
  const incentive: IncentiveDefinition = { accounts: {}, rules: [], standings: {} };
  const map = shape.map(
    node,
    '`incentive` holds accounts, rules and standings',
    `incentive: { accounts: { fees: {} } }`,
  );
  if (map === undefined) return incentive;
  const keys = shape.keys(map, at, '`incentive`', ['accounts', 'rules', 'standings']);
  const accounts = keys.get('accounts');
  if (accounts !== undefined) incentive.accounts = parseAccounts(accounts.value, reader);
  const rules = keys.get('rules');
  const rulesMap = rules === undefined ? undefined : shape.map(rules.value, '`rules`', RULE);
  for (const entry of rulesMap?.entries ?? []) {
    if (!shape.name(entry.key, entry.keySpan)) continue;
    const rule = parseRule(entry, interaction, reader);
    if (rule !== undefined) incentive.rules.push(rule);
  }
  const standings = keys.get('standings');
  if (standings !== undefined) incentive.standings = parseStandings(standings.value, reader);
  return incentive;
}

function parseAccounts(node: Node, reader: Reader): IncentiveDefinition['accounts'] {
  const { shape, findings } = reader;
  const accounts: IncentiveDefinition['accounts'] = {};
  const example = 'accounts: { wallet: { each: participant, min: 0 }, fees: {} }';
  const map = shape.map(node, '`accounts` names accounts', example);
  for (const { key, keySpan, value } of map?.entries ?? []) {
    if (!shape.name(key, keySpan)) continue;
    const body = shape.map(value, `the account \`${key}\``, `${key}: {}`);
    if (body === undefined) continue;
    const keys = shape.keys(body, keySpan, 'an account', ['each', 'min', 'max']);
    const account: IncentiveDefinition['accounts'][string] = {};
    const each = keys.get('each');
    if (each !== undefined && shape.oneOf(each.value, 'each', ['participant']) !== undefined)
      account.each = 'participant';
    const min = keys.get('min');
    const max = keys.get('max');
    const low = min === undefined ? undefined : shape.integer(min.value, 'min');
    const high = max === undefined ? undefined : shape.integer(max.value, 'max');
    if (low !== undefined) account.min = low;
    if (high !== undefined) account.max = high;
    if (low !== undefined && low > 0)
      findings.error('bounds', min!.value.span, 'accounts begin at 0, below this minimum', 'min: 0');
    if (high !== undefined && high < 0)
      findings.error('bounds', max!.value.span, 'accounts begin at 0, above this maximum', 'max: 0');
    accounts[key] = account;
  }
  return accounts;
}

function parseRule(
  entry: Entry,
  interaction: ModelDefinition['interaction'],
  reader: Reader,
): RuleDefinition | undefined {
  const { shape, findings } = reader;
  const name = entry.key;
  const body = shape.map(entry.value, `the rule \`${name}\``, RULE);
  if (body === undefined) return undefined;
  const keys = shape.keys(body, entry.keySpan, 'a rule', ['when', 'each', 'if', ...VERBS, 'from', 'to', 'short']);
  const when = shape.required(keys, 'when', `the rule \`${name}\``, 'when: order.close, or when: epoch');
  const given = VERBS.filter((verb) => keys.get(verb) !== undefined);
  const verb = given[0];
  if (given.length !== 1) {
    const at = given.length === 0 ? entry.keySpan : keys.get(given[1]!)!.keySpan;
    const said = given.length === 0 ? `the rule \`${name}\` does nothing` : `the rule \`${name}\` has two verbs`;
    findings.error('rule-verb', at, said, 'one of pay, hold, post, void');
  }
  if (verb === undefined) return undefined;
  const amount = shape.text(keys.get(verb)!.value, `\`${verb}\` has an amount`, RULE);
  const epochal = when?.value.kind === 'scalar' && when.value.value === 'epoch';
  const rule: RuleDefinition = {
    name,
    when: epochal ? 'epoch' : when === undefined ? [] : parseWhen(when.value, interaction, reader),
    verb,
    amount: amount?.trim() ?? '',
    short: 'owe',
  };
  for (const key of ['each', 'if', 'from', 'to'] as const) {
    const value = keys.get(key);
    const text = value === undefined ? undefined : shape.text(value.value, `\`${key}\``, RULE);
    if (text !== undefined) rule[key] = text;
  }
  const short = keys.get('short');
  if (short !== undefined) rule.short = shape.oneOf(short.value, 'short', ['owe', 'cap', 'skip']) ?? 'owe';
  const moves = verb === 'pay' || verb === 'hold';
  for (const key of ['from', 'to', 'short'] as const) {
    const value = keys.get(key);
    if (!moves && value !== undefined) {
      findings.error(
        'rule-verb',
        value.keySpan,
        `\`${verb}\` has no \`${key}\`: it ends the hold as it is`,
        'remove it',
      );
    } else if (moves && value === undefined && key !== 'short') {
      findings.error('missing-key', entry.keySpan, `the rule \`${name}\` lacks \`${key}\``, `${key}: an account`);
    }
  }
  if (amount === undefined || (when === undefined && rule.when.length === 0)) return undefined;
  return rule;
}
