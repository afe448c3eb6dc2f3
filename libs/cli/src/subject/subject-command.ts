import type { NextStep, Subject, Verdict } from '@tutti/client';
import type { Json } from '@tutti/kernel';
import { TuttiError } from '@tutti/kernel';
import { type Command, Option } from 'commander';
import { byWho } from '../decide/show-next.js';
import { type Call, countOption, define } from '../run/define.js';
import type { Shell } from '../run/shell.js';
import { claimsOtherTime, historyLines } from '../tail/show-verdict-line.js';
import { columns, grouped } from '../terminal/columns.js';
import type { Output } from '../terminal/output.js';
import { showValues } from '../terminal/show-reasons.js';

interface SubjectOptions {
  limit: number;
  all?: boolean;
}

/** What the backbone says about a subject besides what every verdict shows. */
interface SubjectNow extends Subject {
  model?: number;
  policies?: Record<string, number>;
  enteredAt?: string;
  /** Verdicts so far, rejections included. */
  verdicts?: number;
}

/** `tutti subject` */
export function subjectCommand(program: Command, shell: Shell): void {
  define<SubjectOptions>(program, shell, {
    line: 'subject <id>',
    summary: 'state, parties, kept fields, history, and who may do what next',
    options: [
      new Option('-n, --limit <n>', 'verdicts of its history, the latest').default(20).argParser(countOption(0)),
      new Option('--all', 'its whole history'),
    ],
    examples: ['tutti subject order-17'],
    action: readSubject,
  });
}

async function readSubject({ session, output, options, args }: Call<SubjectOptions>): Promise<void> {
  const [id] = args as [string];
  const tutti = await session.tutti();
  const subject = (await tutti.subject(id)) as SubjectNow | undefined;
  if (subject === undefined) {
    throw new TuttiError('not-found', `no decision was ever made on ${id}, or you are no party to it`, {
      where: session.url,
      mend: 'check the spelling; subjects are read by their parties (--as, --token), operators read all',
    });
  }
  const next = await tutti.next(id);
  const history: Verdict[] = [];
  let seen = 0;
  for await (const verdict of tutti.history(id)) {
    seen++;
    history.push(verdict);
    if (options.all !== true && history.length > options.limit) history.shift();
  }
  output.result({ subject, next, history }, () => show(output, subject, next, history, seen));
}

function show(output: Output, subject: SubjectNow, next: NextStep[], history: Verdict[], seen: number): void {
  const { bold, dim } = output.colours;
  const policies = Object.entries(subject.policies ?? {}).map(([name, revision]) => `${name}@${revision}`);
  const since = subject.enteredAt === undefined ? '' : `since ${subject.enteredAt.slice(0, 19).replace('T', ' ')}`;
  output.line(
    [
      bold(subject.id),
      subject.type,
      bold(subject.state),
      `sequence ${subject.sequence}`,
      since,
      subject.model === undefined || subject.model === 0 ? '' : `model ${subject.model}`,
      policies.join(' '),
    ]
      .filter((cell) => cell !== '')
      .join('   '),
  );
  const rows: string[][] = [];
  if (Object.keys(subject.parties).length > 0)
    rows.push(['parties', showValues(subject.parties as Record<string, Json>)]);
  if (Object.keys(subject.keeps).length > 0) rows.push(['keeps', showValues(subject.keeps as Record<string, Json>)]);
  const may = [...byWho(next, Date.now())];
  if (may.length === 0) rows.push(['next', 'nothing: it has ended']);
  may.forEach(([who, what], index) => rows.push([index === 0 ? 'next' : '', `${who}: ${what.join(', ')}`]));
  for (const line of columns(rows.map(([name, text]) => [dim(name!), text!]))) output.line(`  ${line}`);
  if (history.length === 0) return;
  output.line();
  const earlier = seen - history.length;
  if (earlier > 0) output.line(dim(`  … ${grouped(earlier)} earlier (--all)`));
  for (const line of historyLines(output, history)) output.line(`  ${line}`);
  if (history.some(claimsOtherTime)) {
    output.line(dim(`  times as the decisions claim them; the last was recorded at ${history.at(-1)!.at}`));
  }
}
