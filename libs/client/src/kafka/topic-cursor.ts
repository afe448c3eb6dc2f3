import { NotRecordedError } from '../errors.js';

/** A place in a topic of verdicts: after what was handed out. */
export interface TopicPlace {
  /** Next offset, by partition. */
  offsets: number[];
  /** Last revision handed out, by partition; -1 before the first. */
  revisions: number[];
}

const PREFIX = 'topic:';

/** A place as an opaque text. */
export function cursorOf(topic: string, { offsets, revisions }: TopicPlace): string {
  return `${PREFIX}${topic}:${offsets.join(',')}:${revisions.join(',')}`;
}

/**
 * The place of a cursor.
 *
 * @throws NotRecordedError `malformed` where it is of another topic, or of HTTP
 */
export function placeOfCursor(cursor: string, topic: string, partitions: number): TopicPlace {
  const [offsets, revisions] = cursor.startsWith(`${PREFIX}${topic}:`)
    ? cursor
        .slice(PREFIX.length + topic.length + 1)
        .split(':')
        .map((list) => list.split(',').map(Number))
    : [];
  const isWhole = (list: number[] | undefined): list is number[] =>
    list?.length === partitions && list.every(Number.isSafeInteger);
  if (isWhole(offsets) && isWhole(revisions)) return { offsets, revisions };
  throw new NotRecordedError('malformed', `this is no cursor of ${topic}`, {
    where: 'cursor',
    mend: 'cursors of HTTP and of topics are different: begin without it, with `since`',
  });
}
