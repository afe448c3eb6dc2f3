import type { WireVerdict } from '@tutti/contracts';

/** A CloudEvent in structured mode. */
export interface TestEvent {
  specversion: string;
  id: string;
  source: string;
  type: string;
  subject: string;
  time?: string;
  data?: unknown;
  [attribute: string]: unknown;
}

/** An answer, read whole. */
export interface Answered {
  status: number;
  headers: Headers;
  text: string;
  /** Parsed body, where it is JSON. */
  // oxlint-disable-next-line typescript/no-explicit-any
  body: any;
}

let ids = 0;

/** An event of a participant; its id is new unless `more` names one. */
export function event(
  who: string,
  type: string,
  subject: string,
  data: unknown = {},
  more: Record<string, unknown> = {},
): TestEvent {
  const time = new Date().toISOString();
  return { specversion: '1.0', id: `e${++ids}`, source: `/participants/${who}`, type, subject, time, data, ...more };
}

/** One request; every one has a time limit. */
export async function call(
  url: string,
  path: string,
  init: { method?: string; body?: string | Uint8Array; headers?: Record<string, string> } = {},
): Promise<Answered> {
  const { method = init.body === undefined ? 'GET' : 'POST', body, headers = {} } = init;
  const request: RequestInit = { method, headers, signal: AbortSignal.timeout(10_000) };
  if (body !== undefined) request.body = body as NonNullable<RequestInit['body']>;
  const response = await fetch(`${url}${path}`, request);
  const text = await response.text();
  const isJson = /json/.test(response.headers.get('content-type') ?? '');
  return { status: response.status, headers: response.headers, text, body: isJson ? JSON.parse(text) : undefined };
}

/** Sends one event in structured mode. */
export function decide(url: string, sent: TestEvent, headers: Record<string, string> = {}): Promise<Answered> {
  const all = { 'content-type': 'application/cloudevents+json', ...headers };
  return call(url, '/v1/decisions', { body: JSON.stringify(sent), headers: all });
}

/** Sends one event in binary mode, with this body as its data. */
export function decideInBinaryMode(url: string, sent: TestEvent, body: string): Promise<Answered> {
  const headers: Record<string, string> = { 'content-type': 'application/json' };
  for (const [name, value] of Object.entries(sent)) {
    if (name !== 'data') headers[`ce-${name}`] = encodeURIComponent(String(value));
  }
  return call(url, '/v1/decisions', { body, headers });
}

/** Sends a batch; the answer's items. */
export async function decideAll(
  url: string,
  events: readonly unknown[],
  headers: Record<string, string> = {},
): Promise<(WireVerdict & { duplicate?: true })[]> {
  const all = { 'content-type': 'application/cloudevents-batch+json', ...headers };
  const { status, body, text } = await call(url, '/v1/decisions', { body: JSON.stringify(events), headers: all });
  if (status !== 200) throw new Error(`a batch was answered with ${status}: ${text}`);
  return body as WireVerdict[];
}

/** Sends JSON as an operator does. */
export function operate(
  url: string,
  method: 'POST' | 'PUT' | 'DELETE',
  path: string,
  body?: unknown,
  headers: Record<string, string> = {},
): Promise<Answered> {
  if (body === undefined) return call(url, path, { method, headers });
  const all = { 'content-type': 'application/json', ...headers };
  return call(url, path, { method, body: JSON.stringify(body), headers: all });
}
