import type { RuleDefinition } from '../definition.js';
import { facts } from '../expressions/find-paths.js';
import { decisionScope, epochScope } from '../expressions/scopes.js';
import { parseExpression } from '../expressions/type-check.js';
import { didYouMean } from '../problems/did-you-mean.js';
import type { CheckContext, Path } from './check-context.js';
import { momentOf } from './check-measures.js';
import { checkReads, isPartyBound } from './check-reads.js';

/** Rules: their conditions and amounts, and the accounts they name. */
export function checkRules(context: CheckContext, sound: boolean): void {
  for (const rule of context.model.incentive?.rules ?? []) {
    const path = ['incentive', 'rules', rule.name];
    if (rule.when === 'epoch') checkEpochRule(context, path, rule);
    else checkEventRule(context, path, rule, sound);
    for (const side of ['from', 'to'] as const) checkAccount(context, path, rule, side, sound);
    if (rule.from !== undefined && rule.from === rule.to) {
      context.findings.error(
        'bad-value',
        context.places.value([...path, 'to']),
        `\`${rule.to}\` pays itself`,
        'name two accounts',
      );
    }
  }
}

function checkEventRule(context: CheckContext, path: Path, rule: RuleDefinition, sound: boolean): void {
  const { model, places, findings } = context;
  if (rule.each !== undefined) {
    findings.error(
      'rule-verb',
      places.key([...path, 'each']),
      '`each` is for rules of the epoch',
      'when: epoch, or name parties: from: seller.wallet',
    );
  }
  const when = rule.when as string[];
  const moment = momentOf(context, path, when);
  if (moment === undefined) return;
  const scope = decisionScope(model, moment.subject, moment.verbs);
  let given = new Set<string>();
  if (rule.if !== undefined) {
    const condition = context.expression([...path, 'if'], rule.if, scope, 'bool');
    if (condition !== undefined && sound)
      checkReads(context, [...path, 'if'], condition.reads, { ...moment, after: true });
    const parsed = parseExpression(rule.if);
    if ('ast' in parsed) given = new Set(facts(parsed.ast, true));
  }
  if (rule.verb !== 'pay' && rule.verb !== 'hold') return;
  const at = [...path, rule.verb];
  const amount = context.expression(at, rule.amount, scope, 'int');
  if (amount === undefined) return;
  if (sound) checkReads(context, at, amount.reads, { ...moment, after: true, given });
  checkAsset(context, at, amount.unit);
}

function checkEpochRule(context: CheckContext, path: Path, rule: RuleDefinition): void {
  const { model, places, findings } = context;
  if (rule.verb !== 'pay') {
    findings.error(
      'rule-verb',
      places.key([...path, rule.verb]),
      `an epoch has no subject: it cannot \`${rule.verb}\``,
      'pay, or name a decision in `when`',
    );
    return;
  }
  if (rule.each !== undefined && !Object.hasOwn(model.roles, rule.each)) {
    findings.error(
      'unknown-role',
      places.value([...path, 'each']),
      `\`${rule.each}\` is no role`,
      didYouMean(rule.each, Object.keys(model.roles)),
    );
    return;
  }
  const scope = epochScope(model, rule.each);
  for (const key of ['if', 'pay'] as const) {
    const cel = key === 'if' ? rule.if : rule.amount;
    if (cel === undefined) continue;
    const expression = context.expression([...path, key], cel, scope, key === 'if' ? 'bool' : 'int');
    if (expression === undefined) continue;
    for (const read of expression.reads) {
      const { policy } = read.value;
      const per = policy === undefined ? undefined : model.policies[policy]?.per;
      if (per === undefined || per === rule.each) continue;
      findings.error(
        'policy-unbound',
        context.within([...path, key], read),
        `\`${policy}\` is per ${per}, which an epoch does not have`,
        `each: ${per}`,
      );
    }
    const balance = expression.reads.some((read) => read.path.startsWith('balance.'));
    if (key === 'pay' && !balance) checkAsset(context, [...path, key], expression.unit);
  }
}

/** An amount is of one asset: the one it names, or the only one there is. */
function checkAsset({ model, places, findings }: CheckContext, path: Path, unit: string | undefined): void {
  const assets = Object.keys(model.assets);
  if (unit === 'share') {
    findings.error('unit-mixed', places.value(path), 'a share is no amount', 'share(amount, share)');
  } else if (unit === undefined && assets.length !== 1) {
    const said = assets.length === 0 ? 'no asset is declared' : `nothing says of which asset: ${assets.join(', ')}`;
    const mend =
      assets.length === 0 ? 'assets: { USD: 2 }' : 'read an amount of the asset: a property or parameter of its type';
    findings.error('unit-mixed', places.value(path), said, mend);
  }
}

function checkAccount(
  context: CheckContext,
  path: Path,
  rule: RuleDefinition,
  side: 'from' | 'to',
  sound: boolean,
): void {
  const { model, places, findings } = context;
  const named = rule[side];
  if (named === undefined) return;
  const span = places.value([...path, side]);
  const accounts = model.incentive!.accounts;
  const dot = named.indexOf('.');
  const role = dot === -1 ? undefined : named.slice(0, dot);
  const name = named.slice(dot + 1);
  const own = Object.keys(accounts).filter((account) => accounts[account]!.each === 'participant');
  const roles = Object.keys(model.roles);
  if (!Object.hasOwn(accounts, name) || (role !== undefined && !roles.includes(role))) {
    const known = [
      ...Object.keys(accounts).filter((account) => !own.includes(account)),
      ...own.flatMap((account) => roles.map((each) => `${each}.${account}`)),
    ];
    findings.error(
      'unknown-account',
      span,
      `there is no account \`${named}\``,
      didYouMean(named, known) ?? 'add it to `accounts`',
    );
    return;
  }
  const each = own.includes(name);
  if (each && role === undefined) {
    findings.error(
      'unknown-account',
      span,
      `every participant has a \`${name}\``,
      `say whose: ${rule.each ?? roles[0]}.${name}`,
    );
    return;
  }
  if (!each && role !== undefined) {
    findings.error('unknown-account', span, `there is one \`${name}\` for all`, `write \`${name}\``);
    return;
  }
  if (role === undefined) return;
  if (rule.when === 'epoch') {
    if (rule.each !== role) findings.error('party-unbound', span, `an epoch has no ${role}`, `each: ${role}`);
    return;
  }
  for (const type of rule.when) {
    const [subject = '', verb = ''] = type.split('.');
    const definition = model.interaction[subject]!;
    if (!sound) continue;
    if (!Object.hasOwn(definition.parties, role)) {
      findings.error('party-unbound', span, `\`${subject}\` has no ${role}`, `add ${role} to \`parties\``);
      return;
    }
    if (isPartyBound(definition, role, { verbs: [verb] })) continue;
    const said = `when \`${type}\` comes, nobody may be the ${role} yet`;
    findings.error(
      'party-unbound',
      span,
      said,
      `the ${role} is known from \`${definition.parties[role]!.decision}\` on`,
    );
    return;
  }
}
