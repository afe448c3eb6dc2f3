import type { Reason, Subject } from '@tutti/client';
import { parseTime, type Json } from '@tutti/kernel';
import { headOf, participantOf, placeOf } from '../decide/show-verdict.js';
import { cut } from '../terminal/columns.js';
import type { Output } from '../terminal/output.js';
import { showJson, showValues } from '../terminal/show-reasons.js';
import { showSpan } from '../terminal/spans.js';
import type { Explanation } from './explain-command.js';

/** A line of the tree, with lines below it. */
interface Branch {
  name: string;
  text: string;
  below?: string[];
}

/** Prints a verdict as a tree of its causes. */
export function showExplanation(output: Output, explanation: Explanation): void {
  const { dim, bold } = output.colours;
  const { verdict } = explanation;
  const { decision, subject, moved, at, epoch } = verdict;
  const head = [
    headOf(verdict, output),
    bold(decision.type ?? 'unreadable'),
    bold(subject?.id ?? decision.subject ?? ''),
  ];
  if (moved !== undefined) head.push(`${moved.from} → ${moved.to}`);
  output.line([...head, dim(`${placeOf(verdict)}  epoch ${epoch}  ${at}`)].join('  '));
  const branches = branchesOf(explanation, output);
  branches.forEach(({ name, text, below = [] }, index) => {
    const isLast = index === branches.length - 1;
    output.line(`${dim(isLast ? '└' : '├')} ${dim(name.padEnd(NAME_WIDTH))}  ${text}`);
    for (const line of below) output.line(`${dim(isLast ? ' ' : '│')} ${' '.repeat(NAME_WIDTH)}  ${line}`);
  });
}

const NAME_WIDTH = 9;
const DATA_MOST = 400;

function branchesOf(explanation: Explanation, output: Output): Branch[] {
  const { verdict, before, leftBy, model, moves, requires } = explanation;
  const { dim } = output.colours;
  const branches: Branch[] = [decisionBranch(explanation)];
  const auth = (verdict as { auth?: string }).auth;
  if (verdict.by !== undefined || auth !== undefined) branches.push(actorBranch(explanation, auth));
  if (verdict.contract !== undefined) {
    const how =
      moves === undefined
        ? ''
        : moves.length === 0
          ? 'moves nothing'
          : moves.map(({ from, to }) => `${from} → ${to}`).join(', ');
    branches.push({ name: 'contract', text: [verdict.contract, dim(how)].filter((part) => part !== '').join('   ') });
  }
  branches.push(modelBranch(verdict.model, model, dim));
  const policies = Object.entries(verdict.policies).map(([name, revision]) => `${name}@${revision}`);
  if (policies.length > 0) branches.push({ name: 'policies', text: policies.join(' · ') });
  if (before !== undefined) branches.push(subjectBranch('before', before));
  else if (explanation.isFirst === true) branches.push({ name: 'before', text: 'new' });
  const reasons = verdict.accepted ? (verdict.irregular ?? []) : verdict.reasons;
  for (const reason of reasons) branches.push(reasonBranch(reason, requires ?? {}, output));
  if (!verdict.accepted && reasons.every(({ retryable }) => retryable)) {
    branches.push({ name: 'retry', text: 'the same decision, with the same id, may be sent again later' });
  }
  const isAboutMoves = reasons.some(({ code }) => code === 'conflict' || code === 'undeclared');
  if (leftBy !== undefined && isAboutMoves && leftBy.moved !== undefined) {
    const who =
      leftBy.by?.role === 'clock'
        ? 'the clock'
        : (leftBy.by?.id ?? participantOf(leftBy.decision.source) ?? 'somebody');
    const earlierMs = (parseTime(verdict.at) ?? 0) - (parseTime(leftBy.at) ?? 0);
    const text = `${who} left ${leftBy.moved.from} with ${leftBy.decision.type ?? ''}, ${showSpan(earlierMs)} earlier`;
    branches.push({ name: 'left by', text, below: [`tutti explain ${leftBy.position}`] });
  }
  if (verdict.subject !== undefined) branches.push(subjectBranch('after', verdict.subject));
  return branches;
}

function decisionBranch({ verdict }: Explanation): Branch {
  const { decision, hash, input } = verdict;
  if (decision.base64 !== undefined) {
    return {
      name: 'decision',
      text: 'bytes that are no JSON (base64)',
      below: [cut(decision.base64, DATA_MOST), hash],
    };
  }
  const { id, time, data, basedon, dataschema } = decision;
  const text = [`id ${id ?? 'none'}`];
  if (time !== undefined) text.push(`time ${time}`);
  if (basedon !== undefined) text.push(`based on ${String(basedon)}`);
  if (dataschema !== undefined) text.push(String(dataschema));
  text.push('via' in input ? `via ${input.via}` : `${input.topic} ${input.partition}@${input.offset}`);
  const below = data === undefined ? [hash] : [cut(JSON.stringify(data), DATA_MOST), hash];
  return { name: 'decision', text: text.join('   '), below };
}

function actorBranch({ verdict }: Explanation, auth: string | undefined): Branch {
  const { by, decision } = verdict;
  const who = by?.role === 'clock' ? 'the clock' : (by?.id ?? participantOf(decision.source) ?? '');
  const role = by === undefined || by.role === 'clock' ? '' : ` as ${by.role}`;
  return { name: 'by', text: `${who}${role}${auth === undefined ? '' : `   ${proof(auth)}`}` };
}

/** How the source was proven, in words. */
function proof(auth: string): string {
  if (auth.startsWith('signature')) return `signed, ${auth.replace('signature', 'key')}`;
  switch (auth) {
    case 'token':
      return 'proven by token';
    case 'network':
      return 'believed: this space trusts its network';
    case 'clock':
      return 'a deadline';
    default:
      return auth;
  }
}

function modelBranch(revision: number, model: Explanation['model'], dim: (text: string) => string): Branch {
  if (model === undefined) return { name: 'model', text: revision === 0 ? 'none' : `revision ${revision}` };
  return {
    name: 'model',
    text: `${model.model}@${revision}   ${dim(`published by ${model.by} at ${model.at}: ${model.because}`)}`,
  };
}

function subjectBranch(name: string, subject: Subject): Branch {
  const below: string[] = [];
  if (Object.keys(subject.parties).length > 0)
    below.push(`parties  ${showValues(subject.parties as Record<string, Json>)}`);
  if (Object.keys(subject.keeps).length > 0)
    below.push(`keeps    ${showValues(subject.keeps as Record<string, Json>)}`);
  return { name, text: `${subject.state}, sequence ${subject.sequence}`, below };
}

function reasonBranch(reason: Reason, requires: Readonly<Record<string, string>>, { colours }: Output): Branch {
  const { red, dim } = colours;
  const { code, pointer, rule, detail, values, actual } = reason;
  const text = [red(code), ...(pointer === undefined ? [] : [pointer]), detail].join('  ');
  const below: string[] = [];
  const expression = rule === undefined ? undefined : requires[rule.slice(rule.lastIndexOf('/') + 1)];
  if (expression !== undefined) below.push(`${dim('rule')}  ${rule}: ${expression}`);
  if (values !== undefined && Object.keys(values).length > 0) below.push(`${dim('saw')}   ${showValues(values)}`);
  if (actual !== undefined) below.push(`${dim('got')}   ${showJson(actual)}`);
  below.push(dim(`tutti help ${code}`));
  return { name: 'because', text, below };
}
