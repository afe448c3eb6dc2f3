import { collectDefaultMetrics, Gauge, Registry } from 'prom-client';
import type { ServiceStatus } from './service-status.js';

/** One gauge, read when Prometheus asks: values with their labels. */
export interface GaugeSource {
  name: string;
  help: string;
  labels?: readonly string[];
  read(set: (value: number, labels?: Record<string, string | number>) => void): void | Promise<void>;
}

/** What Prometheus reads of a service: the process, its readiness, and its own gauges. */
export class ServiceMetrics {
  readonly #registry = new Registry();

  constructor(status: () => ServiceStatus, gauges: readonly GaugeSource[]) {
    collectDefaultMetrics({ register: this.#registry });
    this.#add({ name: 'tutti_ready', help: '1 while it does its work', read: (set) => set(status().ready ? 1 : 0) });
    this.#add({
      name: 'tutti_problem',
      help: '1 for everything that is away or wrong, by code',
      labels: ['code'],
      read: (set) => {
        for (const { code } of status().problems) set(1, { code });
      },
    });
    for (const gauge of gauges) this.#add(gauge);
  }

  get contentType(): string {
    return this.#registry.contentType;
  }

  text(): Promise<string> {
    return this.#registry.metrics();
  }

  #add(source: GaugeSource): void {
    this.#registry.registerMetric(gaugeOf(source));
  }
}

/** A gauge for a registry of one's own. */
export function gaugeOf({ name, help, labels = [], read }: GaugeSource): Gauge {
  return new Gauge({
    name,
    help,
    labelNames: [...labels],
    registers: [],
    async collect() {
      this.reset();
      await read((value, given = {}) => this.set(given, value));
    },
  });
}
