import { TuttiError } from '@tutti/kernel';

/** A partition of the intake topic. */
export interface IntakePartition {
  topic: string;
  partition: number;
}

/**
 * Checks that a partition of the intake topic still holds, or will hold, every offset from the cursor on.
 *
 * @throws TuttiError `intake-truncated`: records were deleted before they were judged; or the topic ends before the
 *   cursor, which may pass where a leader has just changed (then it is retryable), or it is not the topic it was
 */
export function assertWhole(
  { topic, partition }: IntakePartition,
  { first, end }: { first: number; end: number },
  cursor: number,
): void {
  if (first > cursor) {
    const missing = first - cursor === 1 ? `offset ${cursor} is` : `offsets ${cursor} to ${first - 1} are`;
    throw new TuttiError('intake-truncated', `${missing} missing in ${topic}, partition ${partition}: never judged`, {
      where: `${topic}-${partition}`,
      mend: 'Restore these records (a mirror of the topic, a backup); keep decisions longer than your longest outage.',
      facts: { topic, partition, from: cursor, to: first - 1 },
    });
  }
  if (end < cursor) {
    throw new TuttiError(
      'intake-truncated',
      `${topic}, partition ${partition} ends at ${end}, judged up to ${cursor}`,
      {
        where: `${topic}-${partition}`,
        mend: 'Connect to the brokers that have the topic as it was; a topic that was created anew belongs to a new space.',
        facts: { topic, partition, end, cursor },
        retryable: true,
      },
    );
  }
}

/** The intake topic has another number of partitions than the space. Code `topic-differs`. */
export function topicDiffers(topic: string, actual: number, partitions: number): TuttiError {
  return new TuttiError('topic-differs', `topic ${topic} has ${actual} partitions, the space ${partitions}`, {
    where: topic,
    mend: `Create the topic with ${partitions} partitions; they are fixed for the life of a space.`,
    facts: { topic, actual, expected: partitions },
  });
}
