import { TuttiError } from '@tutti/kernel';

/** The error of a journal that says what cannot be: names stream and revision. */
export function corrupt(stream: string, revision: number, what: string, cause?: unknown): TuttiError {
  return new TuttiError('journal-corrupt', `journal stream ${stream} is damaged at revision ${revision}: ${what}`, {
    where: `${stream}@${revision}`,
    mend: 'Restore the journal from a copy; nothing after this revision can be trusted.',
    facts: { stream, revision },
    cause,
  });
}

/** The error of a journal written by another release's format. */
export function otherVersion(stream: string, revision: number, version: unknown): TuttiError {
  return new TuttiError(
    'journal-version',
    `journal stream ${stream} has format version ${JSON.stringify(version)} at revision ${revision}, this release reads 1`,
    {
      where: `${stream}@${revision}`,
      mend: 'Run the release that wrote it, or a later one.',
      facts: { stream, revision, version: typeof version === 'number' ? version : null, reads: 1 },
    },
  );
}
