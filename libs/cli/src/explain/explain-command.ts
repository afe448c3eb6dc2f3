import { NotRecordedError, type Subject, type Tutti, type Verdict } from '@tutti/client';
import type { PublishedModel } from '@tutti/client/admin';
import { type Command, Option } from 'commander';
import { type Call, define } from '../run/define.js';
import type { Shell } from '../run/shell.js';
import { findVerdict } from './find-verdict.js';
import { showExplanation } from './show-explanation.js';

/** Everything there is to say about one verdict. */
export interface Explanation {
  verdict: Verdict;
  /** The subject before the decision; absent where it was the first, or the subject may not be read. */
  before?: Subject;
  /** Whether the decision was the subject's first; absent where the subject may not be read. */
  isFirst?: boolean;
  /** The verdict that moved the subject out of the state this decision needed. */
  leftBy?: Verdict;
  /** The model revision it was judged under; without its definition. */
  model?: Omit<PublishedModel, 'definition' | 'contracts' | 'policies'>;
  /** States the decision may leave, with where they lead. */
  moves?: { from: string; to: string }[];
  /** Rules of the contract, name → expression. */
  requires?: Record<string, string>;
}

/** `tutti explain` */
export function explainCommand(program: Command, shell: Shell): void {
  define<{ subject?: string }>(program, shell, {
    line: 'explain <id>',
    summary: 'a verdict back to its causes',
    description:
      "ID is a position (3-1207, verdicts-3@1207), PARTICIPANT/ID, or a decision's id with --as or --subject.",
    options: [new Option('--subject <id>', 'where the id was used for several subjects')],
    examples: ['tutti explain 3-1207', 'tutti explain seller-3/ship-17'],
    action: explain,
  });
}

async function explain({ session, output, options, args }: Call<{ subject?: string }>): Promise<void> {
  const [text] = args as [string];
  const verdict = await findVerdict(session, text, options.subject);
  const explanation: Explanation = { verdict };
  const [type, version] = splitContract(verdict.contract);
  if (type !== undefined) {
    const contract = await session.admin().contract(type, version);
    if (contract !== undefined) {
      explanation.moves = contract.moves;
      explanation.requires = Object.fromEntries(contract.requires.map(({ name, cel }) => [name, cel]));
    }
  }
  if (verdict.model > 0) {
    const model = await session.admin().model(verdict.model);
    if (model !== undefined) {
      const { definition: _, contracts: __, policies: ___, ...rest } = model;
      explanation.model = rest;
    }
  }
  Object.assign(explanation, await pastOf(await session.tutti(), verdict, explanation.moves ?? []));
  output.result(explanation, () => showExplanation(output, explanation));
}

type Past = Pick<Explanation, 'before' | 'isFirst' | 'leftBy'>;

/** What came before on the same subject. */
async function pastOf(tutti: Tutti, verdict: Verdict, moves: readonly { from: string }[]): Promise<Past> {
  const id = verdict.subject?.id;
  if (id === undefined) return {};
  const past: Past = { isFirst: true };
  const needed = new Set(moves.map(({ from }) => from));
  try {
    for await (const earlier of tutti.history(id)) {
      if (earlier.revision >= verdict.revision) break;
      past.isFirst = false;
      if (earlier.subject !== undefined) past.before = earlier.subject;
      if (earlier.moved !== undefined && needed.has(earlier.moved.from)) past.leftBy = earlier;
    }
  } catch (error) {
    // Whoever sent the decision need not be a party to its subject.
    if (error instanceof NotRecordedError) return {};
    throw error;
  }
  return past;
}

function splitContract(contract: string | undefined): [string, number] | [undefined, undefined] {
  const [, type, version] = /^(.+)@(\d+)$/.exec(contract ?? '') ?? [];
  return type === undefined ? [undefined, undefined] : [type, Number(version)];
}
