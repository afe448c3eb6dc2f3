import { pino } from 'pino';
import { afterEach, describe, expect, it } from 'vitest';
import { createServiceApp, type ServiceApp } from './service-app.js';
import type { ServiceStatus } from './service-status.js';

let app: ServiceApp;
afterEach(() => app.close());

async function serve(status: ServiceStatus): Promise<(path: string, method?: string) => Promise<Response>> {
  const gauges = [
    {
      name: 'tutti_partition_revision',
      help: 'Last revision',
      labels: ['partition'],
      read: (set: (value: number, labels: Record<string, number>) => void) => set(7, { partition: 3 }),
    },
  ];
  app = await createServiceApp({
    service: 'projection',
    status: () => status,
    gauges,
    logger: pino({ level: 'silent' }),
  });
  const { url } = await app.listen({ host: '127.0.0.1', port: 0 });
  return (path, method = 'GET') => fetch(`${url}${path}`, { method, signal: AbortSignal.timeout(10_000) });
}

const well: ServiceStatus = { ready: true, problems: [], facts: { space: 'shop' } };
const ill: ServiceStatus = {
  ready: false,
  problems: [{ code: 'store-unavailable', detail: 'PostgreSQL does not answer', sinceMs: 0 }],
  facts: {},
};

describe('a service that answers nobody', () => {
  it('says that it is ready, and what it is about', async () => {
    const get = await serve(well);
    const ready = await get('/health/ready');
    expect(ready.status).toBe(200);
    expect(await ready.json()).toMatchObject({ details: { projection: { status: 'up', space: 'shop' } } });
  });

  it('names what is away as a problem, and lives all the same', async () => {
    const get = await serve(ill);
    const ready = await get('/health/ready');
    expect(ready.status).toBe(503);
    expect(await ready.json()).toMatchObject({
      code: 'unavailable',
      detail: 'PostgreSQL does not answer',
      errors: [{ code: 'store-unavailable' }],
    });
    expect(await (await get('/health/live')).json()).toEqual({ status: 'ok' });
    expect(await (await get('/metrics')).text()).toMatch(/^tutti_problem\{code="store-unavailable"\} 1$/m);
  });

  it('has metrics of its own and of the process', async () => {
    const get = await serve(well);
    const metrics = await get('/metrics');
    expect(metrics.headers.get('content-type')).toMatch(/^text\/plain/);
    const text = await metrics.text();
    expect(text).toMatch(/^tutti_ready 1$/m);
    expect(text).toMatch(/^tutti_partition_revision\{partition="3"\} 7$/m);
    expect(text).toMatch(/^process_cpu_seconds_total /m);
  });

  it('names its release', async () => {
    const get = await serve(well);
    expect(await (await get('/version')).json()).toMatchObject({ service: 'projection', node: process.versions.node });
  });

  it('answers everything else with a problem', async () => {
    const get = await serve(well);
    expect(await (await get('/v1/decisions')).json()).toMatchObject({ code: 'not-found', status: 404 });
    const wrong = await get('/version', 'POST');
    expect([wrong.status, wrong.headers.get('allow')]).toEqual([405, 'GET, HEAD']);
  });
});
