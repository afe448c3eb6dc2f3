import { type Backbone, ManualClock } from '@tutti/runtime';
import { type ModelSource, type Standalone, startStandalone, type StandaloneOptions } from '@tutti/standalone';
import { pino } from 'pino';

export interface StartTuttiOptions extends Omit<StandaloneOptions, 'clock' | 'data' | 'model'> {
  /** Path of a model file, its text, or its intermediate form. */
  model?: ModelSource;
  /** Data folder. Default `:memory:`. */
  data?: string;
  /** Default: one that stands still until it is moved, at the machine's present time. */
  clock?: ManualClock;
}

/** The real backbone in this process. */
export interface TestTutti extends Pick<Standalone, 'url' | 'port' | 'close'> {
  backbone: Backbone;
  clock: ManualClock;
  /**
   * Lets time pass. Where the model's `epoch` has passed since the last one began, resolves when a new one, begun at the
   * time that is then, is in force everywhere: deadlines due by then have their verdicts.
   */
  advance(byMs: number): Promise<void>;
}

/** Starts the real thing on SQLite in memory, on a free port of this machine, with a clock that tests move. */
export async function startTutti(options: StartTuttiOptions = {}): Promise<TestTutti> {
  const clock = options.clock ?? new ManualClock(Date.now());
  const { url, port, backbone, close } = await startStandalone({
    port: 0,
    logger: pino({ level: 'silent' }),
    // A clock that stands still would never let a second act come into force.
    pace: { minimumMs: 0 },
    ...options,
    data: options.data ?? ':memory:',
    clock,
  });
  return { url, port, backbone, clock, close, advance: (byMs) => advance(backbone, clock, byMs) };
}

async function advance(backbone: Backbone, clock: ManualClock, byMs: number): Promise<void> {
  clock.advance(byMs);
  while (isDue(backbone, clock.nowMs())) await new Promise((resolve) => setImmediate(resolve));
  await backbone.inForce(backbone.control().epoch);
}

/** Whether an epoch has to begin by now. */
function isDue(backbone: Backbone, nowMs: number): boolean {
  const { model, models, epochAtMs } = backbone.control();
  const published = models.get(model);
  return published !== undefined && epochAtMs + published.compiled.definition.epochMs <= nowMs;
}
