import { partitionOf } from '@tutti/kernel';
import type { CompressionTypes, Message } from 'kafkajs';
import { between, seeded } from '../random.js';

/** What one producer sends at once: a request of kafkajs. */
export interface Batch {
  /** As kafkajs names them. */
  codec: keyof typeof CompressionTypes;
  messages: Message[];
}

const CODECS = ['None', 'None', 'None', 'GZIP', 'Snappy', 'LZ4', 'ZSTD'] as const;
/** Parcels a producer has under way at a time. */
const PARCELS = 8;
/** Decisions about a parcel, about, before the next one takes its place. */
const PARCEL_LASTS = 25;
const BATCH_MAX = 24;

interface Kept {
  subject: string;
  message: Message;
}

/**
 * What one producer sends, without end: moves that are allowed and that are not, conflicts over what others have moved,
 * wrong data, the same decision again, another one under the same id, and what is no decision. In batches, some of them
 * compressed, each decision in one of the two modes.
 *
 * @param rivals subjects that several producers decide about
 */
export function* batchesOf(
  seed: number,
  producer: number,
  partitions: number,
  rivals: readonly string[],
  time: string,
): Generator<Batch, never, undefined> {
  const random = seeded(seed * 1_000 + producer);
  const pick = <T>(from: readonly T[]): T => from[between(random, 0, from.length - 1)]!;
  const earlier: Kept[] = [];
  let parcels = 0;
  let slots = 0;
  let ids = 0;
  const fresh = (): { subject: string; left: number; isNew: boolean } => ({
    subject: `parcel-${producer}-${++parcels}`,
    left: between(random, PARCEL_LASTS / 2, PARCEL_LASTS * 2),
    isNew: true,
  });
  const current = Array.from({ length: PARCELS }, fresh);

  const decision = (subject: string, type: string, who: string, data: object, id = `${producer}/${++ids}`): Message => {
    const attributes = { specversion: '1.0', id, source: `/participants/${who}`, type, subject, time };
    const message: Message =
      random() < 0.5
        ? { key: subject, value: JSON.stringify({ ...attributes, data }) }
        : {
            key: subject,
            value: JSON.stringify(data),
            headers: {
              'content-type': 'application/json',
              ...Object.fromEntries(Object.entries(attributes).map(([name, value]) => [`ce_${name}`, value])),
            },
          };
    earlier.push({ subject, message });
    if (earlier.length > 400) earlier.shift();
    return message;
  };

  const aboutParcel = (subject: string, isNew: boolean): Message => {
    const [sender, courier] = ['sender-1', 'courier-1'];
    const dice = random();
    if (isNew) return decision(subject, 'parcel.post', sender, { weight: between(random, 1, 9) });
    if (dice < 0.1) return decision(subject, 'parcel.take', courier, {});
    if (dice < 0.6) return decision(subject, 'parcel.hop', courier, { toll: between(random, 0, 60) });
    if (dice < 0.68) return decision(subject, 'parcel.hop', 'courier-2', { toll: 1 });
    if (dice < 0.76) return decision(subject, 'parcel.hop', courier, { toll: 'much' });
    if (dice < 0.82) return decision(subject, 'parcel.deliver', courier, {});
    if (dice < 0.88) return decision(subject, 'parcel.recall', sender, {});
    return decision(subject, 'parcel.post', pick([sender, 'sender-2']), { weight: 1 });
  };

  const noDecision = (): Message => {
    const subject = pick(current).subject;
    const dice = random();
    if (dice < 0.25) return { key: subject, value: null };
    if (dice < 0.5) return { key: subject, value: Buffer.from([0xff, 0xfe, between(random, 0, 255)]) };
    if (dice < 0.75) return { value: '{"specversion":"1.0"' };
    // Somebody else's partitioner.
    const stray = decision(subject, 'parcel.hop', 'courier-1', { toll: 1 });
    earlier.pop();
    return { ...stray, partition: (partitionOf(subject, partitions) + 1) % partitions };
  };

  const next = (): Message => {
    const dice = random();
    if (dice < 0.1 && earlier.length > 0) return pick(earlier).message;
    if (dice < 0.12 && earlier.length > 0) {
      const { subject, message } = pick(earlier);
      const id = message.headers?.['ce_id'] ?? (JSON.parse(String(message.value)) as { id: string }).id;
      const other = decision(subject, 'parcel.hop', 'courier-1', { toll: 49, note: 'other' }, String(id));
      earlier.pop();
      return other;
    }
    if (dice < 0.14) return noDecision();
    if (dice < 0.3) return aboutParcel(pick(rivals), random() < 0.05);
    if (dice < 0.36) {
      const at = between(random, 0, 3);
      if (at === 0) return decision(`slot-${producer}-${++slots}`, 'slot.offer', 'sender-1', {});
      return decision(`slot-${producer}-${Math.max(1, slots - at + 1)}`, 'slot.grab', `courier-${at}`, {});
    }
    const index = between(random, 0, current.length - 1);
    const parcel = current[index]!;
    const { subject, isNew } = parcel;
    parcel.isNew = false;
    if (--parcel.left < 0) current[index] = fresh();
    return aboutParcel(subject, isNew);
  };

  for (;;) {
    yield { codec: pick(CODECS), messages: Array.from({ length: between(random, 1, BATCH_MAX) }, next) };
  }
}

/** Whether what became of a subject may depend on when it was decided about. */
export function hangsOnClock(subject: string): boolean {
  return subject.startsWith('slot-');
}
