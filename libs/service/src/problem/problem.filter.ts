import { type ArgumentsHost, Catch, type ExceptionFilter, Inject, NotFoundException } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { RouteTable } from '../http/route-table.js';
import { problem, problemOfError, type Refusal } from './problem-of-error.js';
import { sendRefusal } from './send-refusal.js';

/** Answers every error of a controller, and every path nobody answers to, with problem+json. */
@Catch()
export class ProblemFilter implements ExceptionFilter {
  constructor(@Inject(RouteTable) private readonly routes: RouteTable) {}

  catch(error: unknown, host: ArgumentsHost): void {
    const request = host.switchToHttp().getRequest<FastifyRequest>();
    const reply = host.switchToHttp().getResponse<FastifyReply>();
    sendRefusal(request, reply, this.#refusal(error, request, reply));
  }

  #refusal(error: unknown, request: FastifyRequest, reply: FastifyReply): Refusal {
    if (!(error instanceof NotFoundException) || !request.is404) return problemOfError(error);
    const path = request.url.split('?', 1)[0]!;
    const methods = this.routes.methodsOf(path);
    if (methods.length === 0) return { problem: problem('not-found', `nothing answers at ${path}`) };
    void reply.header('allow', methods.join(', '));
    return {
      problem: problem('method-not-allowed', `${path} does not answer to ${request.method}`, {
        mend: `use ${methods.join(' or ')}`,
      }),
    };
  }
}
