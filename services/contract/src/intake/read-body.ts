import { type DecisionEvent, readEvent, splitBatch } from '@tutti/contracts';
import { TuttiError } from '@tutti/kernel';

/** One event in structured mode: the attributes are in the body. */
export function readStructured(bytes: Buffer): DecisionEvent {
  return readEvent({ mode: 'structured', bytes });
}

/**
 * One event in binary mode: the attributes are `ce-` headers, the body is `data`.
 *
 * @param headers each with all its values: joined to one, two ids would look like another one
 */
export function readBinary(headers: NodeJS.Dict<string[]>, bytes: Buffer): DecisionEvent {
  return readEvent({ mode: 'binary', headers, bytes });
}

/**
 * The events of a batch, in order.
 *
 * @throws TuttiError `malformed`, `too-large`
 */
export function readBatch(bytes: Buffer, most: number): DecisionEvent[] {
  const parts = splitBatch(bytes);
  if (parts.length > most) {
    throw new TuttiError('too-large', `${parts.length} decisions; a batch may have ${most}`, {
      mend: `send at most ${most} decisions a request`,
    });
  }
  return parts.map((part) => readStructured(part));
}
