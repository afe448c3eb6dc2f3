import { connect } from 'node:net';
import { expect } from 'vitest';
import type { Backbone } from '@tutti/runtime';
import { startTutti, type StartTuttiOptions, type TestTutti } from '@tutti/testing';
import { type Answered, call, decide, event } from '../../services/standalone/src/testing/http.js';
import { SHOP } from '../../services/standalone/src/testing/shop.js';

export const STRUCTURED = { 'content-type': 'application/cloudevents+json' };
export const BATCH = { 'content-type': 'application/cloudevents-batch+json' };

/** The shop in this process, on SQLite in memory. */
export function startShop(options: StartTuttiOptions = {}): Promise<TestTutti> {
  return startTutti({ model: { yaml: SHOP, file: 'shop.tutti.yaml' }, ...options });
}

let subjects = 0;

/** A decision nothing is wrong with, on a subject of its own. */
export function good(more: Record<string, unknown> = {}): ReturnType<typeof event> {
  return event('buyer-9', 'order.place', `good-${++subjects}`, { seller: 'seller-3', total: 1 }, more);
}

/** The process lives, and judges: a good decision gets its verdict. */
export async function expectAlive(url: string): Promise<void> {
  const answer = await decide(url, good());
  expect(answer.status, answer.text).toBe(201);
  expect((await call(url, '/health/ready')).status).toBe(200);
}

/** How much has been recorded. */
export const recorded = (backbone: Backbone): number => backbone.tails().reduce((sum, tail) => sum + tail + 1, 0);

/** A request that must be refused with this code and status, before anything is recorded. */
export async function expectRefused(
  backbone: Backbone,
  answer: Promise<Answered>,
  code: string,
  status: number,
): Promise<Answered> {
  const before = recorded(backbone);
  const told = await answer;
  expect(told.body, told.text).toMatchObject({ code, status, recorded: false });
  expect(told.status).toBe(status);
  expect(told.headers.get('content-type')).toMatch(/^application\/problem\+json/);
  expect(recorded(backbone)).toBe(before);
  return told;
}

/** Sends bytes as they are, and gives what came back until the other side closed the connection. */
export function exchange(port: number, text: string | Uint8Array): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = connect(port, '127.0.0.1', () => socket.write(text));
    let received = '';
    socket.setTimeout(20_000, () => socket.destroy(new Error(`no end came after: ${received}`)));
    socket.on('data', (bytes: Buffer) => (received += bytes.toString('latin1')));
    socket.on('error', reject);
    socket.on('close', () => resolve(received));
  });
}

/** A request as text, closing its connection. */
export function request(line: string, headers: readonly string[], body = '', version = '1.1'): string {
  const all = ['host: 127.0.0.1', 'connection: close', ...headers];
  if (body !== '') all.push(`content-length: ${Buffer.byteLength(body)}`);
  return `${line} HTTP/${version}\r\n${all.join('\r\n')}\r\n\r\n${body}`;
}

/** Status and JSON body of an answer read from a socket. */
// oxlint-disable-next-line typescript/no-explicit-any
export function answerOf(text: string): { status: number; body: any } {
  const status = Number(/^HTTP\/1\.1 (\d{3})/.exec(text)?.[1]);
  const body = text.slice(text.indexOf('\r\n\r\n') + 4);
  return { status, body: body.startsWith('{') ? JSON.parse(body) : body };
}
