import { ManualClock } from '@tutti/runtime';
import { pino } from 'pino';
import { type Standalone, type StandaloneOptions, startStandalone } from '../standalone.js';
import { SHOP } from './shop.js';

export interface ShopServer extends Standalone {
  clock: ManualClock;
}

/** The shop on SQLite in memory, on a free port, with a clock that stands still. */
export async function startShop(options: Partial<StandaloneOptions> = {}): Promise<ShopServer> {
  const clock = new ManualClock(Date.now());
  const standalone = await startStandalone({
    data: ':memory:',
    model: { yaml: SHOP, file: 'shop.tutti.yaml' },
    port: 0,
    clock,
    pace: { minimumMs: 0 },
    logger: pino({ level: 'silent' }),
    ...options,
  });
  return Object.assign(standalone, { clock });
}
