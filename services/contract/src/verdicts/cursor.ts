import { TuttiError } from '@tutti/kernel';

/** A place in all partitions: the revision to read next in each. */
export type Positions = readonly number[];

/** Opaque text of a place. Holds the space's name, so that another space's cursor is recognised. */
export function encodeCursor(space: string, positions: Positions): string {
  return Buffer.from(`1 ${space} ${positions.join('.')}`, 'utf8').toString('base64url');
}

/**
 * The place a cursor means.
 *
 * @param tails last revision of each partition
 * @throws TuttiError `malformed` where it is none, or one of another space, or ahead of this journal
 */
export function decodeCursor(text: string, space: string, tails: readonly number[]): number[] {
  const [version, name, places, ...rest] = Buffer.from(text, 'base64url').toString('utf8').split(' ');
  if (
    version !== '1' ||
    name === undefined ||
    places === undefined ||
    rest.length > 0 ||
    !/^\d+(\.\d+)*$/.test(places)
  ) {
    throw foreign('this is no cursor');
  }
  const positions = places.split('.').map(Number);
  if (name !== space) throw foreign(`this cursor belongs to the space ${name}, here is ${space}`);
  if (positions.length !== tails.length || positions.some((position, p) => position > tails[p]! + 1)) {
    throw foreign('this cursor belongs to another journal of this space');
  }
  return positions;
}

function foreign(message: string): TuttiError {
  return new TuttiError('malformed', message, {
    mend: 'start without a cursor, or with `since`; cursors are made by this backbone only',
    facts: { errors: [{ code: 'malformed', pointer: '/cursor', message }] },
  });
}
