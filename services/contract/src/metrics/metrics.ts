import { Inject, Injectable } from '@nestjs/common';
import type { BackboneStatus } from '@tutti/runtime';
import { type GaugeSource, gaugeOf } from '@tutti/service';
import { collectDefaultMetrics, Counter, Gauge, Registry } from 'prom-client';
import { Intake } from '../intake/intake.js';
import { GAUGES, STATUS } from '../tokens.js';
import { VerdictStreams } from '../verdicts/verdict-streams.js';
import { DecisionCounts, type Tally } from './decision-counts.js';

/** What Prometheus reads. Everything is counted elsewhere and only copied here when it asks. */
@Injectable()
export class Metrics {
  readonly #registry = new Registry();

  constructor(
    @Inject(STATUS) status: () => BackboneStatus,
    @Inject(Intake) intake: Intake,
    @Inject(DecisionCounts) counts: DecisionCounts,
    @Inject(VerdictStreams) streams: VerdictStreams,
    @Inject(GAUGES) gauges: readonly GaugeSource[],
  ) {
    collectDefaultMetrics({ register: this.#registry });
    this.#ofIntake(counts);
    this.#gauge('tutti_ready', '1 while decisions get their verdicts', () => (status().ready ? 1 : 0));
    this.#gauge('tutti_epoch', 'Epoch in force', () => status().epoch);
    this.#gauge('tutti_model_revision', 'Model revision in force', () => status().modelRevision);
    this.#gauge('tutti_streams', 'Open streams of verdicts', () => streams.count);
    const { quota } = intake;
    if (quota !== undefined) {
      this.#gauge('tutti_quota', 'Decisions a second that each participant may send here', () => quota);
    }
    this.#ofBackbone(status);
    for (const gauge of gauges) this.#registry.registerMetric(gaugeOf(gauge));
  }

  #ofIntake(counts: DecisionCounts): void {
    this.#counter(
      'tutti_verdicts_total',
      'Verdicts given over HTTP, by outcome and first code',
      ['outcome', 'code'],
      (add) => {
        for (const [key, count] of counts.verdicts) {
          const [outcome = '', code = ''] = key.split(' ');
          add(count, { outcome, code });
        }
      },
    );
    this.#counter('tutti_duplicates_total', 'Decisions answered with their first verdict again', [], (add) =>
      add(counts.duplicates, {}),
    );
    this.#counter('tutti_pending_total', 'Answered with a place in the intake topic, before their verdict', [], (add) =>
      add(counts.pending, {}),
    );
    this.#counter('tutti_refused_total', 'Refused before anything was recorded, by code', ['code'], (add) => {
      for (const [code, count] of counts.refused) add(count, { code });
    });
  }

  #ofBackbone(status: () => BackboneStatus): void {
    const problems = new Gauge({
      name: 'tutti_problem',
      help: '1 for everything that is away or wrong, by code',
      labelNames: ['code'],
      registers: [],
      collect() {
        this.reset();
        for (const { code } of status().problems) this.set({ code }, 1);
      },
    });
    this.#registry.registerMetric(problems);
    for (const [name, help, value] of PARTITION_GAUGES) {
      const gauge = new Gauge({
        name,
        help,
        labelNames: ['partition'],
        registers: [],
        collect() {
          // On many machines partitions come and go.
          this.reset();
          for (const one of status().partitions) this.set({ partition: one.partition }, value(one));
        },
      });
      this.#registry.registerMetric(gauge);
    }
  }

  #gauge(name: string, help: string, value: () => number): void {
    const gauge = new Gauge({
      name,
      help,
      registers: [],
      collect() {
        this.set(value());
      },
    });
    this.#registry.registerMetric(gauge);
  }

  #counter(
    name: string,
    help: string,
    labelNames: string[],
    read: (add: (count: number, labels: Record<string, string>) => void) => void,
  ): void {
    const counter = new Counter({
      name,
      help,
      labelNames,
      registers: [],
      collect() {
        this.reset();
        read((count, labels) => this.inc(labels, count));
      },
    });
    this.#registry.registerMetric(counter);
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

type Partition = BackboneStatus['partitions'][number];

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
