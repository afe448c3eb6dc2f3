import { Inject, Injectable } from '@nestjs/common';
import { type HealthIndicatorResult, HealthIndicatorService } from '@nestjs/terminus';
import { Tutti } from '@tutti/client';
import { type HandlerState, VerdictHandlers } from './verdict-handlers.js';

const PING_TIMEOUT_MS = 1_000;

/** Facts of the indicator. */
export interface TuttiHealthFacts extends Record<string, unknown> {
  connected: boolean;
  /** Why not. */
  message?: string;
  handlers: Record<string, HandlerState>;
}

/**
 * Indicator for `@nestjs/terminus`. *up*: the backbone answers that it judges. *degraded*: it does, but a handler fails
 * or is cut off. *down*: it does not.
 */
@Injectable()
export class TuttiHealth {
  constructor(
    @Inject(Tutti) private readonly tutti: Tutti,
    @Inject(VerdictHandlers) private readonly verdicts: VerdictHandlers,
    @Inject(HealthIndicatorService) private readonly indicators: HealthIndicatorService,
  ) {}

  async check<K extends string = 'tutti'>(key: K = 'tutti' as K): Promise<HealthIndicatorResult<K>> {
    const indicator = this.indicators.check(key);
    try {
      await this.tutti.ping({ timeoutMs: PING_TIMEOUT_MS });
    } catch (error) {
      const message = error instanceof Error ? error.message : String(error);
      return indicator.down({ connected: false, message, handlers: this.verdicts.states() } satisfies TuttiHealthFacts);
    }
    const handlers = this.verdicts.states();
    const facts: TuttiHealthFacts = { connected: true, handlers };
    const isWhole = Object.values(handlers).every(({ connected, failing }) => connected && failing === undefined);
    return isWhole ? indicator.up(facts) : indicator.degraded(facts);
  }
}
