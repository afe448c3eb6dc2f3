import type { WireVerdict } from '@tutti/contracts';
import { formatTime } from '@tutti/kernel';
import type { Backbone } from '@tutti/runtime';

/** The part of a backbone that verdicts are read through, over lists of verdicts and of other records (undefined). */
export interface Journaled {
  backbone: Backbone;
  /** Appends a verdict (or another record) to a partition. */
  append(partition: number, atMs?: number): void;
  /** Verdicts handed out so far. */
  read(): number;
}

export function journaled(partitions: number, padding = ''): Journaled {
  const streams: (WireVerdict | undefined)[][] = Array.from({ length: partitions }, () => []);
  const wakes = new Set<() => void>();
  let read = 0;
  const backbone = {
    space: 'shop',
    partitions,
    tails: () => streams.map(({ length }) => length - 1),
    async verdicts(partition: number, from: number, limit: number) {
      const found: WireVerdict[] = [];
      let next = from;
      for (; next < streams[partition]!.length && found.length < limit; next++) {
        const record = streams[partition]![next];
        if (record !== undefined) found.push(record);
      }
      read += found.length;
      return { verdicts: found, next };
    },
    follow(wake: () => void) {
      wakes.add(wake);
      return () => void wakes.delete(wake);
    },
  } as unknown as Backbone;
  return {
    backbone,
    append(partition, atMs) {
      const revision = streams[partition]!.length;
      streams[partition]!.push(atMs === undefined ? undefined : verdict(partition, revision, atMs, padding));
      for (const wake of wakes) wake();
    },
    read: () => read,
  };
}

function verdict(partition: number, revision: number, atMs: number, padding: string): WireVerdict {
  const decision = { id: `${partition}/${revision}`, source: '/participants/buyer-9', type: 'order.place', padding };
  const at = formatTime(atMs);
  const place = { position: `${partition}-${revision}`, partition, revision };
  const judged = { accepted: true, hash: '', model: 1, epoch: 1, at, policies: {}, input: { via: 'http' } } as const;
  return { ...judged, decision, ...place };
}
