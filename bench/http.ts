import { orderLoad } from './support/orders.ts';
import { line, median, percentile, perSecond, ratioLine } from './support/figures.ts';
import { postRequest, RawConnection } from './support/raw-http.ts';
import { scratch, serveBareFastify, serveStandalone, type Served } from './support/server.ts';

/** What came of sending requests over several connections. */
interface Sent {
  ms: number;
  latenciesMs: number[];
  statuses: Map<number, number>;
}

/** Sends requests over `connections`, each connection its next one when the last is answered. */
async function sendAll(port: number, requests: readonly Buffer[], connections: number): Promise<Sent> {
  const open = await Promise.all(Array.from({ length: connections }, () => RawConnection.open(port)));
  const latenciesMs: number[] = [];
  const statuses = new Map<number, number>();
  let next = 0;
  const started = performance.now();
  await Promise.all(
    open.map(async (connection) => {
      while (next < requests.length) {
        const request = requests[next++]!;
        const sent = performance.now();
        const { status } = await connection.send(request);
        latenciesMs.push(performance.now() - sent);
        statuses.set(status, (statuses.get(status) ?? 0) + 1);
      }
    }),
  );
  const ms = performance.now() - started;
  for (const connection of open) connection.close();
  return { ms, latenciesMs, statuses };
}

function onlyStatus(sent: Sent, status: number): void {
  if (sent.statuses.size !== 1 || !sent.statuses.has(status)) {
    throw new Error(`expected only ${status}, got ${JSON.stringify([...sent.statuses])}`);
  }
}

async function onStandalone<T>(work: (served: Served) => Promise<T>): Promise<T> {
  const { folder, remove } = scratch();
  const served = await serveStandalone(folder);
  try {
    return await work(served);
  } finally {
    await served.stop();
    remove();
  }
}

/**
 * HTTP intake against what lies beneath it: batches of 100 against the judging path in memory, single decisions on 64
 * connections against a bare Fastify route.
 *
 * @param pathPerSecond decisions a second of the judging path, measured in the same run
 */
export async function benchHttp(pathPerSecond: number, runs: number): Promise<void> {
  console.log('\nHTTP intake (a server process and a client process; loopback)');
  const time = new Date().toISOString();

  const batched: number[] = [];
  for (let run = 0; run < runs; run++) {
    const { events } = orderLoad(90_000, 30_000, time);
    const requests: Buffer[] = [];
    for (let from = 0; from < events.length; from += 100) {
      const body = Buffer.from(`[${events.slice(from, from + 100).join(',')}]`);
      requests.push(postRequest('/v1/decisions', 'application/cloudevents-batch+json', body));
    }
    const sent = await onStandalone(({ port }) => sendAll(port, requests, 8));
    onlyStatus(sent, 200);
    batched.push((events.length / sent.ms) * 1000);
  }
  line('batches of 100, 8 connections', perSecond(median(batched), 1000));
  ratioLine('  against the judging path', median(batched) / pathPerSecond, 0.5);

  const singles: number[] = [];
  const bare: number[] = [];
  let latenciesMs: number[] = [];
  for (let run = 0; run < runs; run++) {
    const { events } = orderLoad(45_000, 15_000, time);
    const requests = events.map((event) => postRequest('/v1/decisions', 'application/cloudevents+json', event));
    const sent = await onStandalone(({ port }) => sendAll(port, requests, 64));
    onlyStatus(sent, 201);
    singles.push((events.length / sent.ms) * 1000);
    latenciesMs = sent.latenciesMs;
    const fastify = await serveBareFastify();
    const raw = await sendAll(fastify.port, requests, 64);
    await fastify.stop();
    onlyStatus(raw, 201);
    bare.push((events.length / raw.ms) * 1000);
  }
  line('bare Fastify route, 64 connections', perSecond(median(bare), 1000));
  line('single decisions, 64 connections', perSecond(median(singles), 1000));
  ratioLine('  against the bare route', median(singles.map((value, run) => value / bare[run]!)), 0.35);
  line('  time to a durable verdict, median', `${percentile(latenciesMs, 0.5).toFixed(2)} ms`);
  line('  99 of 100 within', `${percentile(latenciesMs, 0.99).toFixed(2)} ms`);
}
