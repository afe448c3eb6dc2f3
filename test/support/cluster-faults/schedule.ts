import { between, seeded } from '../random.js';

/** What goes wrong. The server faults end as crashes do, or in good order. */
export const FAULTS = [
  'kill contract',
  'freeze contract',
  'add contract',
  'remove contract',
  'kill relay',
  'kill projection',
  'kill feedback',
  'stop PostgreSQL',
  'crash PostgreSQL',
  'freeze PostgreSQL',
  'stop broker',
  'kill broker',
  'freeze broker',
] as const;

export type Fault = (typeof FAULTS)[number];

export interface Entry {
  fault: Fault;
  /** It comes when Kafka has taken so many more records. */
  afterRecords: number;
  /** Whether everything must be well again before the next one may come; else it falls into the recovery. */
  settles: boolean;
  /** For what it still has to choose: a number in [0, 1). */
  choice: number;
}

/** Those that concern the judging come once more. */
const AGAIN: readonly Fault[] = ['kill contract', 'kill contract', 'freeze contract'];

/** Every fault at least once, in an order that the seed gives. */
export function scheduleOf(seed: number): Entry[] {
  const random = seeded(seed);
  const faults: Fault[] = [...FAULTS, ...AGAIN];
  for (let at = faults.length - 1; at > 0; at -= 1) {
    const other = between(random, 0, at);
    [faults[at], faults[other]] = [faults[other]!, faults[at]!];
  }
  return faults.map((fault) => ({
    fault,
    afterRecords: between(random, 20, 300),
    settles: random() < 0.5,
    choice: random(),
  }));
}

/** One line each, for whoever reads what a failed run has printed. */
export function describeSchedule(seed: number, schedule: readonly Entry[]): string {
  const lines = schedule.map(
    ({ fault, afterRecords, settles }, index) =>
      `  ${String(index + 1).padStart(2)}  after ${String(afterRecords).padStart(3)} records  ${fault}${settles ? ', until all is well' : ''}`,
  );
  return [`faults of seed ${seed} (another one: TUTTI_TEST_SEED=N)`, ...lines].join('\n');
}
