import { Controller, Get, Inject, Param, Query } from '@nestjs/common';
import { ApiPropertyOptional, ApiTags } from '@nestjs/swagger';
import { nextDecisions, type SubjectState, type WireVerdict } from '@tutti/contracts';
import { partitionOf } from '@tutti/kernel';
import type { Backbone } from '@tutti/runtime';
import { Type } from 'class-transformer';
import { IsInt, IsOptional, Max, Min } from 'class-validator';
import { Needs, TheCaller } from '../access/access.guard.js';
import type { Caller } from '../access/caller.js';
import { noSubject, requireParty } from '../access/reading.js';
import { checked } from '../http/body.js';
import { Documented } from '../openapi/documented.js';
import { BACKBONE } from '../tokens.js';
import { describeNext, describeSubject, type NextAnswer, type SubjectAnswer } from './subject-answer.js';

class HistoryQuery {
  @ApiPropertyOptional({ type: Number, description: 'Revision after which to go on: `next` of the page before.' })
  @IsOptional()
  @Type(() => Number)
  @IsInt()
  @Min(0)
  after?: number;

  @ApiPropertyOptional({ type: Number, minimum: 1, maximum: 1000, default: 100 })
  @IsOptional()
  @Type(() => Number)
  @IsInt()
  @Min(1)
  @Max(1000)
  limit?: number;
}

@ApiTags('subjects')
@Controller('v1/subjects')
export class SubjectsController {
  constructor(@Inject(BACKBONE) private readonly backbone: Backbone) {}

  @Get(':id')
  @Needs()
  @Documented({
    summary: 'State, parties and kept fields of a subject',
    scopes: [],
    answers: 'Subject',
    problems: ['not-found', 'unavailable'],
  })
  async subject(@TheCaller() caller: Caller, @Param('id') id: string): Promise<SubjectAnswer> {
    return describeSubject(await this.#read(caller, id), partitionOf(id, this.backbone.partitions));
  }

  @Get(':id/history')
  @Needs()
  @Documented({
    summary: 'Verdicts on a subject, oldest first, rejections included',
    scopes: [],
    answers: 'History',
    problems: ['malformed', 'not-found', 'unavailable'],
  })
  async history(
    @TheCaller() caller: Caller,
    @Param('id') id: string,
    @Query(checked(HistoryQuery)) query: HistoryQuery,
  ): Promise<{ verdicts: WireVerdict[]; next?: number }> {
    await this.#read(caller, id);
    const limit = query.limit ?? 100;
    const verdicts = await this.backbone.history(id, query.after, limit);
    return verdicts.length < limit ? { verdicts } : { verdicts, next: verdicts.at(-1)!.revision };
  }

  @Get(':id/next')
  @Needs()
  @Documented({
    summary: 'Who may decide what on a subject now, and what the clock will do',
    scopes: [],
    answers: 'Next',
    problems: ['not-found', 'unavailable'],
  })
  async next(@TheCaller() caller: Caller, @Param('id') id: string): Promise<NextAnswer> {
    const subject = await this.#read(caller, id);
    return describeNext(subject, nextDecisions(subject, this.backbone.regime()));
  }

  async #read(caller: Caller, id: string): Promise<SubjectState> {
    const subject = await this.backbone.subject(id);
    if (subject === undefined) throw noSubject(id);
    requireParty(caller, subject);
    return subject;
  }
}
