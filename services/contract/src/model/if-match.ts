import { TuttiError } from '@tutti/kernel';

/**
 * The revision in an `If-Match` header: `"14"`, `14`; undefined for `*` or none.
 *
 * @throws TuttiError `malformed`
 */
export function ifMatch(header: string | undefined): number | undefined {
  if (header === undefined || header.trim() === '*') return undefined;
  const revision = /^(?:W\/)?"?(\d{1,9})"?$/.exec(header.trim())?.[1];
  if (revision !== undefined) return Number(revision);
  throw new TuttiError('malformed', `If-Match is no model revision: ${header}`, {
    mend: 'send the ETag of GET /v1/model',
  });
}
