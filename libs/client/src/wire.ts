import type { WireVerdict } from '@tutti/contracts';
import type { Json } from '@tutti/kernel';
import type { DecisionName } from './decision.js';
import type { Reply } from './http.js';

/** Where a decision's verdict is read. */
export function decisionPath(name: Pick<DecisionName, 'id' | 'source'> & { subject?: string | undefined }): string {
  const participant = name.source.slice('/participants/'.length);
  const path = `/v1/decisions/${encodeURIComponent(participant)}/${encodeURIComponent(name.id)}`;
  return name.subject === undefined ? path : `${path}?subject=${encodeURIComponent(name.subject)}`;
}

/** A path with the parameters that are set. */
export function pathWith(path: string, query: Record<string, string | number | boolean | undefined>): string {
  const search = new URLSearchParams();
  for (const [name, value] of Object.entries(query)) if (value !== undefined) search.set(name, String(value));
  return search.size === 0 ? path : `${path}?${search.toString()}`;
}

/** The verdict in an answer: its body, or what a problem stands for; `undefined` where there is none. */
export function verdictOfReply(reply: Reply): WireVerdict | undefined {
  return verdictOfBody(reply.body);
}

/** The verdict in a body: the body itself, or its member `verdict`. */
export function verdictOfBody(body: Json | undefined): WireVerdict | undefined {
  if (typeof body !== 'object' || body === null || Array.isArray(body)) return undefined;
  if (typeof body['accepted'] === 'boolean' && typeof body['hash'] === 'string') return body as unknown as WireVerdict;
  return body['verdict'] === undefined ? undefined : verdictOfBody(body['verdict']);
}

/** Whether an answer says that the verdict is an earlier one of the same decision. */
export function isDuplicate(reply: Reply): boolean {
  return reply.headers.get('tutti-duplicate') === 'true' || isDuplicateBody(reply.body);
}

/** Whether one entry of a batch's answer says so. */
export function isDuplicateBody(body: Json | undefined): boolean {
  return typeof body === 'object' && body !== null && !Array.isArray(body) && body['duplicate'] === true;
}
