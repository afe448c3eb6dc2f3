import type { Verdict, VerdictFilter } from '@tutti/client';
import { TuttiError } from '@tutti/kernel';
import { type Command, Option } from 'commander';
import { type Call, countOption, define, group, listOption } from '../run/define.js';
import type { Shell } from '../run/shell.js';
import { parseSpan } from '../terminal/spans.js';
import { verdictLine } from './show-verdict-line.js';

interface TailOptions {
  mine?: boolean;
  accepted?: boolean;
  rejected?: boolean;
  irregular?: boolean;
  type?: string[];
  subject?: string;
  code?: string[];
  since?: string;
  resume?: string;
  limit?: number;
  follow: boolean;
}

/** `tutti tail verdicts` */
export function tailCommand(program: Command, shell: Shell): void {
  const tail = group(program, 'tail', 'follow what is decided');
  define<TailOptions>(tail, shell, {
    line: 'verdicts',
    summary: 'verdicts as they are recorded',
    options: [
      new Option('--mine', 'only of decisions --as sent, or subjects it is a party to'),
      new Option('--accepted', 'only accepted'),
      new Option('--rejected', 'only rejected').conflicts('accepted'),
      new Option('--irregular', 'only accepted ones that a rule would have refused').conflicts('rejected'),
      new Option('--type <types>', 'only these: order.ship,order.cancel').argParser(listOption),
      new Option('--subject <id>', 'only on this subject'),
      new Option('--code <codes>', 'only with one of these reasons').argParser(listOption),
      new Option('--since <when>', 'begin there: 1h, 2d, 2026-03-02T10:00:00Z, start; else now'),
      new Option('--resume <file>', 'keep the place in this file and go on from it'),
      new Option('-n, --limit <n>', 'stop after so many').argParser(countOption(1)),
      new Option('--no-follow', 'what is on record until now (from the start, or --since), then end'),
    ],
    examples: ['tutti tail verdicts --rejected --since 1h', 'tutti tail verdicts --mine --as seller-3'],
    action: tailVerdicts,
  });
}

async function tailVerdicts({ session, output, options, signal }: Call<TailOptions>): Promise<void> {
  if (options.mine === true && session.as === undefined && session.token === undefined) {
    throw new TuttiError('usage', 'whose verdicts are yours?', { mend: 'say who you are: --as PARTICIPANT' });
  }
  const tutti = await session.tutti();
  // A stream waits for a backbone for ever; at the start somebody wants to know that there is none.
  if (options.follow) await tutti.ready();
  // Leaving the loop needs the next verdict; closing the client ends the wait for it.
  signal.addEventListener('abort', () => void tutti.close(), { once: true });
  const verdicts = options.follow
    ? tutti.tail(filterOf(options), options.resume === undefined ? {} : { resume: options.resume })
    : recorded(session.reading(), options, session.as);
  let count = 0;
  for await (const verdict of verdicts) {
    if (output.json) output.object(verdict);
    else output.line(verdictLine(output, verdict));
    count++;
    if (count === options.limit) return;
  }
}

function filterOf(options: TailOptions): VerdictFilter {
  const { type, subject, code, mine, irregular, since } = options;
  const accepted = acceptedOf(options);
  return {
    ...(type === undefined ? {} : { types: type }),
    ...(subject === undefined ? {} : { subject }),
    ...(code === undefined ? {} : { codes: code }),
    ...(mine === undefined ? {} : { mine }),
    ...(accepted === undefined ? {} : { accepted }),
    ...(irregular === undefined ? {} : { irregular }),
    ...(since === undefined ? {} : { since: sinceOf(since) }),
  };
}

function acceptedOf({ accepted, rejected }: TailOptions): boolean | undefined {
  return rejected === true ? false : accepted;
}

function sinceOf(text: string): string {
  if (text === 'start' || text === 'now' || /^\d{4}-\d\d-\d\dT/.test(text) || parseSpan(text) !== undefined)
    return text;
  throw new TuttiError('usage', `no time: ${text}`, { mend: 'write 1h, 2d, 2026-03-02T10:00:00Z, start or now' });
}

/** What is on record, page by page, to its end at that time. */
async function* recorded(
  reading: {
    verdicts(query: Record<string, string | undefined>): Promise<{ verdicts: Verdict[]; next: string; more: boolean }>;
  },
  options: TailOptions,
  as: string | undefined,
): AsyncGenerator<Verdict, void, undefined> {
  const { type, code, subject, mine, irregular, since } = options;
  const accepted = acceptedOf(options);
  const query = {
    type: type?.length === 1 ? type[0] : undefined,
    code: code?.length === 1 ? code[0] : undefined,
    subject,
    accepted: accepted === undefined ? undefined : String(accepted),
    irregular: irregular === undefined ? undefined : String(irregular),
    mine: mine === true ? (as ?? 'true') : undefined,
    limit: '500',
  };
  let cursor: string | undefined;
  for (;;) {
    const start = since === undefined || since === 'start' ? undefined : sinceOf(since);
    const page = await reading.verdicts({ ...query, cursor, since: cursor === undefined ? start : undefined });
    for (const verdict of page.verdicts) {
      const isOf = type === undefined || type.includes(verdict.decision.type ?? '');
      const reasons = verdict.accepted ? (verdict.irregular ?? []) : verdict.reasons;
      if (isOf && (code === undefined || reasons.some((reason) => code.includes(reason.code)))) yield verdict;
    }
    if (!page.more) return;
    cursor = page.next;
  }
}
