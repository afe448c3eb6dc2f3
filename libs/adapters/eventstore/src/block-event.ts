import { binaryEvent, type EventData, type RecordedEvent } from '@eventstore/db-client';
import { corrupt, packBytes, unpackBytes, type Block } from '@tutti/runtime/journal';

/** Type of the events that hold a block. */
export const BLOCK_EVENT = 'tutti-block';

/** Where a block lies. */
export interface BlockPlace {
  /** Number of its event in the stream: EventStoreDB counts blocks, the journal records. */
  number: number;
  /** Revision of its header. */
  first: number;
  /** Revision after its last record. */
  end: number;
  id: string;
}

/** A block as an event: its lines packed, its numbers in the metadata, its id the event's. */
export function toEvent(block: Block): EventData {
  const { first, count, term, id } = block;
  const { codec, bytes } = packBytes(block.bytes);
  return binaryEvent({ id, type: BLOCK_EVENT, data: bytes, metadata: { first, count, term, codec } });
}

/** At most so many bytes of the server's append limit an event takes. */
export function eventBytes(event: EventData): number {
  const data = event.data as Uint8Array;
  return data.byteLength + JSON.stringify(event.metadata).length + 2 * event.type.length + 64;
}

/**
 * The place of the block an event holds.
 *
 * @param revision about where in the stream, for the message
 * @throws TuttiError `journal-corrupt` the event has another number than it must have, or holds no block
 */
export function placeOf(stream: string, number: number, revision: number, event: RecordedEvent): BlockPlace {
  const { first, count } = read(stream, number, revision, event);
  return { number, first, end: first + count, id: event.id };
}

/** The block an event holds. @throws TuttiError `journal-corrupt` */
export function toBlock(stream: string, number: number, revision: number, event: RecordedEvent): Block {
  const { first, count, term, codec, data } = read(stream, number, revision, event);
  return Object.freeze({ first, count, term, id: event.id, bytes: unpackBytes(stream, first, codec, data) });
}

function read(stream: string, number: number, revision: number, event: RecordedEvent) {
  if (event.revision !== BigInt(number)) {
    throw corrupt(stream, revision, `event ${number} is gone, the next one is ${event.revision}`);
  }
  const { type, metadata, data } = event;
  if (type !== BLOCK_EVENT) throw corrupt(stream, revision, `event ${number} is a "${type}", no block`);
  if (typeof metadata !== 'object' || metadata === null || !(data instanceof Uint8Array)) {
    throw corrupt(stream, revision, `event ${number} is a block without metadata or bytes`);
  }
  const { first, count, term, codec } = metadata as Record<string, unknown>;
  if (!isCount(first) || !isCount(count) || count === 0 || !isCount(term) || typeof codec !== 'string') {
    throw corrupt(stream, revision, `the metadata of event ${number} is not a block's`);
  }
  return { first, count, term, codec, data };
}

function isCount(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) >= 0;
}
