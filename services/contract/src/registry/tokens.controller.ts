import { randomBytes } from 'node:crypto';
import { Body, Controller, Delete, Get, HttpCode, Inject, Param, Post, Query } from '@nestjs/common';
import { ApiBody, ApiTags } from '@nestjs/swagger';
import { sha256Hex, TuttiError } from '@tutti/kernel';
import type { Backbone } from '@tutti/runtime';
import { Needs, TheCaller } from '../access/access.guard.js';
import type { Caller } from '../access/caller.js';
import { checked } from '../http/body.js';
import { Documented } from '../openapi/documented.js';
import { BACKBONE } from '../tokens.js';
import { type Done, Operator } from './operator.js';
import { Act, IssueToken } from './registry.bodies.js';

interface TokenAnswer {
  /** SHA-256 of the token, hexadecimal: what is kept of it. */
  hash: string;
  participant: string;
  scopes: string[];
}

@ApiTags('participants')
@Controller('v1/tokens')
export class TokensController {
  constructor(
    @Inject(BACKBONE) private readonly backbone: Backbone,
    @Inject(Operator) private readonly operator: Operator,
  ) {}

  @Get()
  @Needs('operator')
  @Documented({ summary: 'Tokens in force, by their hashes', scopes: ['operator'], answers: 'Tokens' })
  list(): { tokens: TokenAnswer[] } {
    const tokens = [...this.backbone.control().tokens];
    return { tokens: tokens.map(([hash, { participant, scopes }]) => ({ hash, participant, scopes: [...scopes] })) };
  }

  @Post()
  @Needs('operator')
  @HttpCode(201)
  @ApiBody({ type: IssueToken })
  @Documented({
    summary: 'Issue a token; it is shown this once',
    scopes: ['operator'],
    status: 201,
    answers: 'TokenIssued',
    problems: ['malformed', 'not-found', 'unavailable'],
  })
  async issue(
    @TheCaller() caller: Caller,
    @Body(checked(IssueToken)) body: IssueToken,
  ): Promise<TokenAnswer & Done & { token: string }> {
    const { participant } = body;
    const scopes = [...new Set(body.scopes)];
    const token = `tutti_${randomBytes(32).toString('base64url')}`;
    const hash = sha256Hex(token);
    const done = await this.operator.act({ act: 'issue-token', participant, scopes, tokenHash: hash }, caller, body);
    return { token, hash, participant, scopes, ...done };
  }

  @Delete(':hash')
  @Needs('operator')
  @Documented({
    summary: 'Revoke a token by its hash',
    scopes: ['operator'],
    answers: 'Done',
    problems: ['malformed', 'not-found', 'unavailable'],
  })
  async revoke(@TheCaller() caller: Caller, @Param('hash') hash: string, @Query(checked(Act)) why: Act): Promise<Done> {
    if (!this.backbone.control().tokens.has(hash)) throw new TuttiError('not-found', `no token with the hash ${hash}`);
    return this.operator.act({ act: 'revoke-token', tokenHash: hash }, caller, why);
  }
}
