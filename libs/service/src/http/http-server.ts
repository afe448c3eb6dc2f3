import { FastifyAdapter } from '@nestjs/platform-fastify';
import { fastify, type FastifyBaseLogger, type FastifyError, type FastifyReply, type FastifyRequest } from 'fastify';
import { problemOfError } from '../problem/problem-of-error.js';
import { sendRefusal } from '../problem/send-refusal.js';
import { answerClientError } from './client-error.js';
import type { RouteTable } from './route-table.js';

const { LogController } = fastify;

/** Largest body of an operator's request: a model with everything in it is far below. */
export const OPERATOR_BODY_BYTES_MAX = 2 * 1024 * 1024;
/** Ids have up to 256 characters, each up to 12 bytes percent-encoded. */
const PATH_PART_LENGTH_MAX = 256 * 12;

/** The HTTP server under the service, with its limits set. Nothing is registered on it yet. */
export function createHttpServer(routes: RouteTable, logger: FastifyBaseLogger): FastifyAdapter {
  const adapter = new FastifyAdapter({
    loggerInstance: logger,
    // A logger a request would cost more than the decision in it.
    childLoggerFactory: (parent: FastifyBaseLogger) => parent,
    logController: new LogController({ disableRequestLogging: true }),
    bodyLimit: OPERATOR_BODY_BYTES_MAX,
    requestTimeout: 60_000,
    return503OnClosing: false,
    routerOptions: { maxParamLength: PATH_PART_LENGTH_MAX },
    clientErrorHandler: answerClientError,
    frameworkErrors: (error: FastifyError, request: FastifyRequest, reply: FastifyReply) =>
      sendRefusal(request, reply, problemOfError(error)),
  });
  routes.watch(adapter.getInstance());
  return adapter;
}
