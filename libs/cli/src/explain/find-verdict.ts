import type { Tutti, Verdict } from '@tutti/client';
import { TuttiError } from '@tutti/kernel';
import type { Session } from '../session/session.js';

/** What `tutti explain` was asked for. */
export type Explained =
  { by: 'position'; position: string } | { by: 'decision'; participant: string; id: string } | { by: 'id'; id: string };

/**
 * Reads what an id names: a verdict's position (`3-1207`, `verdicts-3@1207`), PARTICIPANT/ID, or a decision's id.
 */
export function readExplained(text: string): Explained {
  const [, partition, revision] = /^(?:verdicts-)?(\d{1,4})[-@](\d{1,15})$/.exec(text) ?? [];
  if (partition !== undefined) return { by: 'position', position: `${partition}-${revision}` };
  const bare = text.replace(/^\/?participants\//, '');
  const slash = bare.indexOf('/');
  if (slash > 0) return { by: 'decision', participant: bare.slice(0, slash), id: bare.slice(slash + 1) };
  return { by: 'id', id: text };
}

/**
 * The verdict that an id names.
 *
 * @param subject where the id was used for several subjects, or nobody says whose it is
 * @throws TuttiError `not-found`, `usage`
 */
export async function findVerdict(session: Session, text: string, subject: string | undefined): Promise<Verdict> {
  const explained = readExplained(text);
  const tutti = await session.tutti();
  const found = await find(session, tutti, explained, subject);
  if (found !== undefined) return found;
  throw new TuttiError('not-found', `no verdict is on record for ${text}`, {
    where: session.url,
    mend:
      explained.by === 'position'
        ? 'a position is PARTITION-REVISION; `tutti tail verdicts --no-follow` lists them'
        : 'check id and participant; retryable refusals and those before the id counts have only a position',
  });
}

async function find(
  session: Session,
  tutti: Tutti,
  explained: Explained,
  subject: string | undefined,
): Promise<Verdict | undefined> {
  switch (explained.by) {
    case 'position':
      return session.reading().verdictAt(explained.position);
    case 'decision':
      return tutti.verdict(explained.id, {
        participant: explained.participant,
        ...(subject === undefined ? {} : { subject }),
      });
    case 'id':
      if (subject !== undefined) return inHistory(tutti, subject, explained.id, session.as);
      if (session.as !== undefined) return tutti.verdict(explained.id);
      throw new TuttiError('usage', `whose decision is ${explained.id}?`, {
        mend: `write PARTICIPANT/${explained.id}, or add --as PARTICIPANT or --subject ID`,
      });
    default:
      return explained satisfies never;
  }
}

async function inHistory(
  tutti: Tutti,
  subject: string,
  id: string,
  as: string | undefined,
): Promise<Verdict | undefined> {
  let found: Verdict | undefined;
  for await (const verdict of tutti.history(subject)) {
    const isOwn = as === undefined || verdict.decision.source === `/participants/${as}`;
    // The last one: earlier ones of the same id were refusals that did not use it up.
    if (verdict.decision.id === id && isOwn) found = verdict;
  }
  return found;
}
