import { TuttiError } from '@tutti/kernel';
import { verdictsOf } from '../reading/block-shelf.js';

/** Another owner has taken the partition over. Code `partition-lost`. */
export class FencedError extends TuttiError {
  constructor(partition: number) {
    super('partition-lost', `partition ${partition} has another owner now`, {
      where: verdictsOf(partition),
      mend: 'Find the other process that works on this space and stop one of the two.',
      facts: { partition },
    });
  }
}
