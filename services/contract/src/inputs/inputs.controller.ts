import { Controller, Get, Headers, HttpStatus, Inject, Param, Res } from '@nestjs/common';
import { ApiHeader, ApiResponse, ApiTags } from '@nestjs/swagger';
import type { WireVerdict } from '@tutti/contracts';
import { TuttiError } from '@tutti/kernel';
import type { Backbone } from '@tutti/runtime';
import type { FastifyReply } from 'fastify';
import { Needs, TheCaller } from '../access/access.guard.js';
import type { Caller } from '../access/caller.js';
import { mayRead } from '../access/reading.js';
import { appliedPreferences, preferences } from '../intake/prefer.js';
import { Documented, schemaOf } from '../openapi/documented.js';
import { BACKBONE } from '../tokens.js';
import { InputVerdicts } from './input-verdicts.js';

/** Seconds after which to look again for a verdict that is not there yet. */
const RETRY_AFTER_S = 1;

/** Reads the verdict on an input of the intake topic: where a 202 points. */
@ApiTags('decisions')
@Controller('v1/inputs')
export class InputsController {
  constructor(
    @Inject(BACKBONE) private readonly backbone: Backbone,
    /** Null on one machine. */
    @Inject(InputVerdicts) private readonly verdicts: InputVerdicts | null,
  ) {}

  @Get(':partition/:offset')
  @Needs()
  @ApiHeader({ name: 'Prefer', required: false, description: '`wait=5`: seconds to wait for the verdict.' })
  @Documented({
    summary: 'The verdict on an input of the topic `decisions`',
    description: 'Many machines only. An input that was the same decision again has the first verdict.',
    scopes: [],
    answers: 'Verdict',
    problems: ['not-found', 'no-intake', 'unavailable'],
  })
  @ApiResponse({
    status: 202,
    description: 'Not judged yet: ask again after Retry-After',
    content: { 'application/json': { schema: schemaOf('Pending') } },
  })
  async verdict(
    @TheCaller() caller: Caller,
    @Param('partition') partition: string,
    @Param('offset') offset: string,
    @Headers('prefer') prefer: string | undefined,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<WireVerdict | { input: { topic: string; partition: number; offset: number } }> {
    if (this.verdicts === null) throw noIntake();
    if (!/^\d{1,4}$/.test(partition) || !/^\d{1,15}$/.test(offset)) throw noInput(partition, offset);
    const place = { topic: `${this.backbone.space}.decisions`, partition: Number(partition), offset: Number(offset) };
    const wanted = preferences(prefer);
    const found = await this.verdicts.find(place.partition, place.offset, wanted.waitMs ?? 0);
    const applied = appliedPreferences({ ...wanted, minimal: false });
    if (applied !== undefined) void reply.header('preference-applied', applied);
    if (found === undefined) {
      void reply.status(HttpStatus.ACCEPTED).header('retry-after', String(RETRY_AFTER_S));
      return { input: place };
    }
    if (!mayRead(caller, found.verdict)) throw noInput(partition, offset);
    void reply.header('tutti-position', found.verdict.position);
    if (found.duplicate) void reply.header('tutti-duplicate', 'true');
    return found.verdict;
  }
}

function noInput(partition: string, offset: string): TuttiError {
  return new TuttiError('not-found', `no input at offset ${offset} of partition ${partition} that you may read`, {
    mend: 'inputs are read where a 202 points, by those who may read their verdict',
  });
}

function noIntake(): TuttiError {
  return new TuttiError('no-intake', 'this backbone runs on one machine: it has no intake topic, and so no inputs', {
    mend: 'decisions are answered with their verdict here; read it at GET /v1/decisions/PARTICIPANT/ID',
  });
}
