import { backOffMs } from '../back-off.js';
import { NotRecordedError } from '../errors.js';
import { type Followed, type FollowOptions, narrows, passes, sinceMsOf, type VerdictFilter } from '../follow.js';
import type { Lifetime } from '../lifetime.js';
import { verdictFromWire } from '../verdict.js';
import { BatchQueue } from './batch-queue.js';
import { errorOf } from './kafka-errors.js';
import { KafkaFault, type KafkaPort, type ReadRecord } from './kafka-port.js';
import { cursorOf, placeOfCursor, type TopicPlace } from './topic-cursor.js';
import { verdictOfRecord } from './verdict-record.js';

/**
 * Verdicts as they come on their topic. The relay may write one again, so a revision that is not greater than the last
 * one of its partition is dropped. A lost connection is made again; reading goes on after the last place.
 *
 * @param options `toEnd`: return at what was the end when it began
 * @throws NotRecordedError `gone`, `malformed`, `unauthenticated`, `forbidden`; TuttiError `unknown-topic`
 */
export async function* followTopic(
  port: KafkaPort,
  topic: string,
  lifetime: Lifetime,
  filter: VerdictFilter,
  options: FollowOptions & { toEnd?: boolean },
): AsyncGenerator<Followed, void, undefined> {
  let place: TopicPlace | undefined;
  let ends: number[] | undefined;
  let attempt = 0;
  while (!lifetime.closed) {
    const queue = new BatchQueue();
    const forget = lifetime.onClose(() => queue.end(undefined));
    try {
      const ranges = await port.ranges(topic);
      place ??= await firstPlace(port, topic, filter, options, ranges);
      if (options.toEnd === true) ends ??= ranges.map(({ end }) => end);
      checkKept(topic, place, ranges);
      const isOver = (): boolean => ends !== undefined && ends.every((end, p) => place!.offsets[p]! >= end);
      if (isOver()) return;
      const reading = await port.read(topic, {
        from: [...place.offsets],
        onBatch: (partition, records) => queue.put({ partition, records }),
        onEnd: (fault) => queue.end(fault),
      });
      try {
        options.onConnected?.(true);
        if (options.toEnd !== true) yield { verdict: undefined, cursor: cursorOf(topic, place) };
        for await (const { partition, records } of queue) {
          attempt = 0;
          for (const record of records) {
            const step = take(topic, place, partition, record, filter, options.participant);
            if (step !== undefined) yield step;
            if (lifetime.closed) return;
          }
          if (isOver()) return;
        }
      } finally {
        await reading.close();
      }
    } catch (error) {
      if (lifetime.closed) return;
      if (!(error instanceof KafkaFault)) throw error;
      if (!error.isPassing) throw errorOf(error, topic);
    } finally {
      forget();
      queue.end(undefined);
    }
    if (lifetime.closed) return;
    options.onConnected?.(false);
    attempt++;
    await lifetime.sleep(backOffMs(attempt));
  }
}

/** The step of one record; `undefined` where it is one that was seen, or none. */
function take(
  topic: string,
  place: TopicPlace,
  partition: number,
  record: ReadRecord,
  filter: VerdictFilter,
  participant: string | undefined,
): Followed | undefined {
  if (record.offset < place.offsets[partition]!) return undefined;
  if (record.offset > place.offsets[partition]!) throw gone(topic, partition, place.offsets[partition]!);
  place.offsets[partition] = record.offset + 1;
  const wire = verdictOfRecord(partition, record);
  if (wire === undefined || wire.revision <= place.revisions[partition]!) return undefined;
  place.revisions[partition] = wire.revision;
  const verdict = verdictFromWire(wire, false);
  const isWanted = narrows(filter, verdict, participant) && passes(filter, verdict);
  return { verdict: isWanted ? verdict : undefined, cursor: cursorOf(topic, place) };
}

async function firstPlace(
  port: KafkaPort,
  topic: string,
  filter: VerdictFilter,
  { from, toEnd }: FollowOptions & { toEnd?: boolean },
  ranges: readonly { first: number; end: number }[],
): Promise<TopicPlace> {
  if (from !== undefined) return placeOfCursor(from, topic, ranges.length);
  const revisions = ranges.map(() => -1);
  const since = filter.since ?? (toEnd === true ? 'start' : 'now');
  if (since === 'start') return { offsets: ranges.map(({ first }) => first), revisions };
  if (since === 'now') return { offsets: ranges.map(({ end }) => end), revisions };
  const offsets = await port.offsetsAt(topic, sinceMsOf(since));
  return { offsets: ranges.map(({ end }, p) => Math.min(offsets[p] ?? end, end)), revisions };
}

function checkKept(topic: string, { offsets }: TopicPlace, ranges: readonly { first: number }[]): void {
  ranges.forEach(({ first }, partition) => {
    if (offsets[partition]! < first) throw gone(topic, partition, offsets[partition]!);
  });
}

function gone(topic: string, partition: number, offset: number): NotRecordedError {
  return new NotRecordedError('gone', `${topic} no longer has offset ${offset} of partition ${partition}`, {
    where: topic,
    mend: 'start without the cursor; what lies between is in the journal',
  });
}
