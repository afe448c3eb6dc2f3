import { type Decision, type NextStep, TimeoutError, type Tutti, type Verdict } from '@tutti/client';
import { TuttiError } from '@tutti/kernel';
import { type Command, Option } from 'commander';
import { type Call, countOption, define } from '../run/define.js';
import type { Shell } from '../run/shell.js';
import { EXIT, type ExitCode } from '../terminal/exit-code.js';
import { requireTime } from '../terminal/spans.js';
import { dataOf } from './decide-values.js';
import { showVerdict } from './show-verdict.js';

interface DecideOptions {
  basedOn?: number;
  exact?: boolean;
  id?: string;
  time?: string;
  contract?: number;
  dryRun?: boolean;
}

/** `tutti decide` */
export function decideCommand(program: Command, shell: Shell): void {
  define<DecideOptions>(program, shell, {
    line: 'decide <type> <subject> [values...]',
    summary: 'take a decision and await its verdict',
    description:
      'Values are typed by the contract: total=4200, insured=true, promised=+2d, fee=15%.\nproperty:=JSON gives JSON as it is.',
    options: [
      new Option('--based-on <n>', 'sequence of the subject you decided on').argParser(countOption(0)),
      new Option('--exact', 'refuse it unless the subject is still at --based-on'),
      new Option('--id <id>', 'its id; the same id and content gives the same verdict'),
      new Option('--time <time>', 'when it was taken: 2026-03-02T10:00:00Z, -1h, now'),
      new Option('--contract <n>', 'judge it by this version of its contract').argParser(countOption(1)),
      new Option('--dry-run', 'the verdict it would get now; nothing is recorded'),
    ],
    examples: ['tutti decide order.ship order-17 carrier=carrier-1 tracking=TK-9 --as seller-3'],
    action: decide,
  });
}

async function decide({ session, output, options, args }: Call<DecideOptions>): Promise<ExitCode> {
  const [type, subject, values = []] = args as [string, string, string[] | undefined];
  const { as } = options;
  if (as === undefined) {
    throw new TuttiError('usage', 'whose decision is it?', { mend: 'say who you are: --as PARTICIPANT' });
  }
  const nowMs = Date.now();
  const contract = values.length === 0 ? undefined : await session.admin().contract(type, options.contract);
  const decision: Decision = {
    type,
    subject,
    data: dataOf(values, contract?.schema, nowMs),
    basedOn: options.basedOn ?? null,
    ...(options.exact === undefined ? {} : { exact: options.exact }),
    ...(options.id === undefined ? {} : { id: options.id }),
    // Not given: the client fills it in, and knows that a repeated id may differ in nothing but that.
    ...(options.time === undefined ? {} : { time: requireTime(options.time, nowMs) }),
    ...(options.contract === undefined ? {} : { contract: options.contract }),
  };
  const tutti = await session.tutti();
  const verdict = options.dryRun === true ? await tutti.dryRun(decision) : await take(tutti, decision, as);
  if (output.json) output.object(verdict);
  else {
    const next = options.dryRun === true || output.quiet ? [] : await nextOf(tutti, subject);
    await showVerdict(output, verdict, next, nowMs);
  }
  return verdict.accepted ? EXIT.done : EXIT.no;
}

/** Says how to ask again where the outcome is not known: the same id counts once only with the same time. */
async function take(tutti: Tutti, decision: Decision, as: string): Promise<Verdict> {
  try {
    return await tutti.decide(decision);
  } catch (error) {
    if (!(error instanceof TimeoutError)) throw error;
    const { id, time } = error.decision;
    throw new TuttiError(error.code, error.message, {
      where: `decision ${id} of ${as}`,
      mend: `ask for it: tutti explain ${as}/${id}; or send the same again: --id ${id} --time ${time ?? ''}`,
      facts: { ...error.decision },
      retryable: true,
      cause: error,
    });
  }
}

/** The verdict is what was asked for: what comes next is left out where it cannot be read. */
async function nextOf(tutti: { next(id: string): Promise<NextStep[]> }, subject: string): Promise<NextStep[]> {
  try {
    return await tutti.next(subject);
  } catch (error) {
    if (error instanceof TuttiError) return [];
    throw error;
  }
}
