import {
  type CanActivate,
  createParamDecorator,
  type ExecutionContext,
  Inject,
  Injectable,
  SetMetadata,
} from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import { TuttiError } from '@tutti/kernel';
import type { FastifyRequest } from 'fastify';
import { Access } from './access.js';
import type { Caller, Scope } from './caller.js';

const SCOPES_KEY = 'tutti:scopes';
const CALLER = Symbol('caller');

type Identified = FastifyRequest & { [CALLER]?: Caller };

/** A route that needs one of these scopes; none given: any caller with a token, whatever its scopes. */
export const Needs = (...scopes: Scope[]): ReturnType<typeof SetMetadata> => SetMetadata(SCOPES_KEY, scopes);

/** The caller of a route marked with {@link Needs}. */
export const TheCaller = createParamDecorator(
  (_: unknown, context: ExecutionContext): Caller => context.switchToHttp().getRequest<Identified>()[CALLER]!,
);

/** Lets a request to a route marked with {@link Needs} pass only with the scope. Other routes are for everybody. */
@Injectable()
export class AccessGuard implements CanActivate {
  constructor(
    @Inject(Access) private readonly access: Access,
    @Inject(Reflector) private readonly reflector: Reflector,
  ) {}

  async canActivate(context: ExecutionContext): Promise<boolean> {
    const scopes = this.reflector.getAllAndOverride<Scope[] | undefined>(SCOPES_KEY, [
      context.getHandler(),
      context.getClass(),
    ]);
    if (scopes === undefined) return true;
    const request = context.switchToHttp().getRequest<Identified>();
    const caller = await this.access.identify(request.headers.authorization);
    if (scopes.length > 0) requireScope(caller, ...scopes);
    request[CALLER] = caller;
    return true;
  }
}

/** @throws TuttiError `forbidden` */
export function requireScope(caller: Caller, ...scopes: Scope[]): void {
  if (scopes.some((scope) => caller.scopes.has(scope))) return;
  throw new TuttiError('forbidden', `this needs the scope ${scopes.join(' or ')}`, {
    mend: 'ask an operator for a token with that scope (tutti token issue)',
  });
}
