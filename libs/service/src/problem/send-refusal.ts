import type { FastifyReply, FastifyRequest } from 'fastify';
import { PROBLEM_JSON } from './problem.js';
import type { Refusal } from './problem-of-error.js';

/** Sends a problem; logs the fault behind it where it is ours. */
export function sendRefusal(request: FastifyRequest, reply: FastifyReply, refusal: Refusal): void {
  const { problem, retryAfterS, fault } = refusal;
  if (fault !== undefined) {
    request.log.error(
      { err: fault, incident: problem['incident'], method: request.method, url: request.url },
      'internal',
    );
  }
  if (reply.sent || reply.raw.headersSent) {
    reply.raw.destroy();
    return;
  }
  if (problem.status === 401) void reply.header('www-authenticate', 'Bearer');
  if (retryAfterS !== undefined) void reply.header('retry-after', String(retryAfterS));
  const instance = problem.instance ?? request.url.split('?', 1)[0];
  void reply
    .code(problem.status)
    .header('content-type', PROBLEM_JSON)
    .send(JSON.stringify({ ...problem, instance }));
}
