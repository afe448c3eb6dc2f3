import { Controller, Get, Headers, Inject, Param, Query, Res } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import type { WireVerdict } from '@tutti/contracts';
import { TuttiError } from '@tutti/kernel';
import type { Backbone } from '@tutti/runtime';
import type { FastifyReply } from 'fastify';
import { Access } from '../access/access.js';
import { Needs, TheCaller } from '../access/access.guard.js';
import type { Caller } from '../access/caller.js';
import { mayRead } from '../access/reading.js';
import { checked } from '../http/body.js';
import { Documented } from '../openapi/documented.js';
import { BACKBONE } from '../tokens.js';
import { decodeCursor } from './cursor.js';
import { verdictFilter } from './filter.js';
import { positionsSince, sinceTime } from './since.js';
import { readPage, type VerdictPage } from './verdict-page.js';
import { VerdictStreams } from './verdict-streams.js';
import { VerdictsQuery } from './verdicts.query.js';

@ApiTags('verdicts')
@Controller('v1/verdicts')
export class VerdictsController {
  constructor(
    @Inject(BACKBONE) private readonly backbone: Backbone,
    @Inject(VerdictStreams) private readonly streams: VerdictStreams,
    @Inject(Access) private readonly access: Access,
  ) {}

  @Get()
  @Needs()
  @Documented({
    summary: 'Verdicts in order of recorded time, a page',
    description: 'Participants see the decisions they sent and those of subjects they are a party to.',
    scopes: [],
    answers: 'VerdictPage',
    problems: ['malformed', 'gone', 'unavailable'],
  })
  async page(@TheCaller() caller: Caller, @Query(checked(VerdictsQuery)) query: VerdictsQuery): Promise<VerdictPage> {
    const filter = verdictFilter(query, caller, this.backbone.partitions);
    // A cursor may come from another process, which has seen more.
    await this.backbone.refreshTails?.();
    const from = (await this.#from(query)) ?? this.backbone.tails().map(() => 0);
    return readPage(this.backbone, from, filter, query.limit ?? 100);
  }

  @Get('stream')
  @Needs()
  @Documented({
    summary: 'Verdicts as they are recorded, as server-sent events',
    description:
      'Event `verdict`, data: a verdict, id: a cursor. Begins now, or where `Last-Event-ID`, `cursor` or `since` say. A heartbeat every 15 s.',
    scopes: [],
    answers: 'Verdict',
    problems: ['malformed', 'gone', 'overloaded', 'unavailable'],
  })
  async stream(
    @TheCaller() caller: Caller,
    @Query(checked(VerdictsQuery)) query: VerdictsQuery,
    @Headers('last-event-id') lastEventId: string | undefined,
    @Headers('authorization') authorization: string | undefined,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    this.streams.admit();
    const filter = verdictFilter(query, caller, this.backbone.partitions);
    await this.backbone.refreshTails?.();
    const from =
      lastEventId === undefined || lastEventId === ''
        ? ((await this.#from(query)) ?? this.backbone.tails().map((tail) => tail + 1))
        : decodeCursor(lastEventId, this.backbone.space, this.backbone.tails());
    reply.hijack();
    reply.raw.writeHead(200, {
      'content-type': 'text/event-stream; charset=utf-8',
      'cache-control': 'no-store',
      'x-accel-buffering': 'no',
    });
    // Whoever asks for the head alone gets it, and no stream.
    if (reply.request.method === 'HEAD') return void reply.raw.end();
    await this.streams.run(reply.raw, from, filter, () => this.access.identify(authorization));
  }

  @Get(':position')
  @Needs()
  @Documented({
    summary: 'The verdict at a position: `3-1207` is revision 1207 of partition 3',
    scopes: [],
    answers: 'Verdict',
    problems: ['not-found', 'unavailable'],
  })
  async one(@TheCaller() caller: Caller, @Param('position') position: string): Promise<WireVerdict> {
    const [, partition, revision] = /^(\d{1,4})-(\d{1,15})$/.exec(position) ?? [];
    const verdict =
      partition === undefined || Number(partition) >= this.backbone.partitions
        ? undefined
        : await this.backbone.verdict(Number(partition), Number(revision));
    if (verdict !== undefined && mayRead(caller, verdict)) return verdict;
    throw new TuttiError('not-found', `no verdict at ${position} that you may read`, {
      mend: 'a position is PARTITION-REVISION, as every verdict has it',
    });
  }

  async #from({ cursor, since }: VerdictsQuery): Promise<number[] | undefined> {
    if (cursor !== undefined) return decodeCursor(cursor, this.backbone.space, this.backbone.tails());
    if (since !== undefined) return positionsSince(this.backbone, sinceTime(since, Date.now()));
    return undefined;
  }
}
