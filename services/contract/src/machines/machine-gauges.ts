import type { GaugeSource } from '@tutti/service';
import type { Joined } from './join-space.js';

/** Gauges that only a process of many has: how far its partitions are behind the topic, and the topic behind them. */
export function machineGauges(joined: () => Joined | undefined): GaugeSource[] {
  return [
    {
      name: 'tutti_partition_lag',
      help: 'Records in the intake topic that have no verdict yet, as far as known',
      labels: ['partition'],
      read: (set) => {
        for (const { partition, lag } of joined()?.member.status().partitions ?? []) set(lag, { partition });
      },
    },
    {
      name: 'tutti_relay_revision',
      help: 'Last revision that the topic of verdicts is known to hold',
      labels: ['partition'],
      read: (set) => {
        for (const { partition, revision } of joined()?.relay.status().partitions ?? []) set(revision, { partition });
      },
    },
  ];
}
