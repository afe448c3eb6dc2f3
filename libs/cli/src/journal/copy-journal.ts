import { TuttiError } from '@tutti/kernel';
import type { Journal } from '@tutti/runtime';

/** What became of one stream. */
export interface CopiedStream {
  stream: string;
  /** Blocks copied now; those of an earlier copy are not among them. */
  blocks: number;
  /** The stream's last revision. */
  revision: number;
}

const CONTROL = 'control';

/**
 * Copies a journal, block by block and byte for byte, to one that is empty or holds an earlier copy of it: then it goes
 * on where that ended. `control` comes last: without it there is no space that a service could take up half-way.
 *
 * @throws TuttiError `journal-differs` what is there is no copy of it; `journal-unavailable` run it again
 */
export async function copyJournal(
  from: Journal,
  to: Journal,
  onStream: (copied: CopiedStream) => void = () => {},
): Promise<CopiedStream[]> {
  const streams = await from.streams();
  const foreign = (await to.streams()).find((stream) => !streams.includes(stream));
  if (foreign !== undefined) throw differs(foreign, 0);
  const copied: CopiedStream[] = [];
  for (const stream of [...streams.filter((one) => one !== CONTROL), ...streams.filter((one) => one === CONTROL)]) {
    const one = await copyStream(from, to, stream);
    copied.push(one);
    onStream(one);
  }
  return copied;
}

async function copyStream(from: Journal, to: Journal, stream: string): Promise<CopiedStream> {
  let next = await endOfCopy(from, to, stream);
  for (let blocks = 0; ;) {
    const page = await from.read(stream, next);
    if (page.length === 0) return { stream, blocks, revision: next - 1 };
    await Promise.all(page.map((block) => to.append(stream, block)));
    blocks += page.length;
    const { first, count } = page.at(-1)!;
    next = first + count;
  }
}

/** Revision after what is there already. @throws TuttiError `journal-differs` */
async function endOfCopy(from: Journal, to: Journal, stream: string): Promise<number> {
  const last = await to.last(stream);
  if (last === undefined) return 0;
  const [original] = await from.read(stream, last.first, 1);
  if (original?.id !== last.id) throw differs(stream, last.first);
  return last.first + last.count;
}

function differs(stream: string, revision: number): TuttiError {
  return new TuttiError('journal-differs', `the journal there is no copy of this one: ${stream} is another`, {
    where: `${stream}@${revision}`,
    mend: 'copy to an empty database, while no service runs on it',
    facts: { stream, revision },
  });
}
