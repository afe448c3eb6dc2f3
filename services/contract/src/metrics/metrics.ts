import { Inject, Injectable } from '@nestjs/common';
import type { Backbone } from '@tutti/runtime';
import { collectDefaultMetrics, Counter, Gauge, Registry } from 'prom-client';
import { BACKBONE } from '../tokens.js';
import { VerdictStreams } from '../verdicts/verdict-streams.js';
import { DecisionCounts, type Tally } from './decision-counts.js';

/** What Prometheus reads. Everything is counted elsewhere and only copied here when it asks. */
@Injectable()
export class Metrics {
  readonly #registry = new Registry();

  constructor(
    @Inject(BACKBONE) backbone: Backbone,
    @Inject(DecisionCounts) counts: DecisionCounts,
    @Inject(VerdictStreams) streams: VerdictStreams,
  ) {
    const registers = [this.#registry];
    collectDefaultMetrics({ register: this.#registry });
    new Counter({
      name: 'tutti_verdicts_total',
      help: 'Verdicts given over HTTP, by outcome and first code',
      labelNames: ['outcome', 'code'],
      registers,
      collect() {
        this.reset();
        for (const [key, count] of counts.verdicts) {
          const [outcome, code = ''] = key.split(' ');
          this.inc({ outcome: outcome!, code }, count);
        }
      },
    });
    new Counter({
      name: 'tutti_duplicates_total',
      help: 'Decisions answered with their first verdict again',
      registers,
      collect() {
        this.reset();
        this.inc(counts.duplicates);
      },
    });
    new Counter({
      name: 'tutti_refused_total',
      help: 'Decisions and batches refused before anything was recorded, by code',
      labelNames: ['code'],
      registers,
      collect() {
        this.reset();
        for (const [code, count] of counts.refused) this.inc({ code }, count);
      },
    });
    const gauge = (name: string, help: string, value: () => number): Gauge =>
      new Gauge({
        name,
        help,
        registers,
        collect() {
          this.set(value());
        },
      });
    gauge('tutti_ready', '1 while decisions get their verdicts', () => (backbone.status().ready ? 1 : 0));
    gauge('tutti_epoch', 'Epoch in force', () => backbone.status().epoch);
    gauge('tutti_model_revision', 'Model revision in force', () => backbone.status().modelRevision);
    gauge('tutti_streams', 'Open streams of verdicts', () => streams.count);
    new Gauge({
      name: 'tutti_problem',
      help: '1 for everything that is away or wrong, by code',
      labelNames: ['code'],
      registers,
      collect() {
        this.reset();
        for (const { code } of backbone.status().problems) this.set({ code }, 1);
      },
    });
    for (const [name, help, value] of PARTITION_GAUGES) {
      new Gauge({
        name,
        help,
        labelNames: ['partition'],
        registers,
        collect() {
          for (const one of backbone.status().partitions) this.set({ partition: one.partition }, value(one));
        },
      });
    }
  }

  /** Prometheus text of everything. */
  async text(counts: DecisionCounts): Promise<string> {
    const tallies =
      histogram('tutti_verdict_seconds', 'From taking a decision over HTTP to its durable verdict', counts.latency) +
      histogram('tutti_batch_decisions', 'Decisions a request', counts.batch);
    return `${await this.#registry.metrics()}${tallies}`;
  }

  get contentType(): string {
    return this.#registry.contentType;
  }
}

type Partition = ReturnType<Backbone['status']>['partitions'][number];

const PARTITION_GAUGES: readonly [string, string, (partition: Partition) => number][] = [
  ['tutti_partition_revision', 'Last revision of the journal', ({ revision }) => revision],
  ['tutti_partition_epoch', 'Epoch the partition judges under', ({ epoch }) => epoch],
  ['tutti_partition_term', "The writer's term", ({ term }) => term],
  ['tutti_partition_queued', 'Decisions waiting to be judged', ({ queued }) => queued],
  ['tutti_partition_subjects', 'Subjects in memory', ({ subjectsInMemory }) => subjectsInMemory],
  [
    'tutti_partition_store_lag',
    'Records of the journal whose effect is not in the store yet',
    ({ revision, checkpointRevision }) => revision - checkpointRevision,
  ],
];

/** A histogram in the Prometheus text format. */
function histogram(name: string, help: string, { bounds, counts, sum, count }: Tally): string {
  let below = 0;
  const buckets = bounds.map((bound, i) => `${name}_bucket{le="${bound}"} ${(below += counts[i]!)}\n`);
  return `# HELP ${name} ${help}\n# TYPE ${name} histogram\n${buckets.join('')}${name}_bucket{le="+Inf"} ${count}\n${name}_sum ${sum}\n${name}_count ${count}\n`;
}
