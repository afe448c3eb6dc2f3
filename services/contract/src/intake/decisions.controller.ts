import { Controller, Get, Headers, Inject, Param, Query, Res } from '@nestjs/common';
import { ApiQuery, ApiTags } from '@nestjs/swagger';
import type { WireVerdict } from '@tutti/contracts';
import { TuttiError } from '@tutti/kernel';
import type { Backbone } from '@tutti/runtime';
import type { FastifyReply } from 'fastify';
import { Needs, TheCaller } from '../access/access.guard.js';
import type { Caller } from '../access/caller.js';
import { mayRead } from '../access/reading.js';
import { Documented } from '../openapi/documented.js';
import { Waits } from '../http/waits.js';
import { BACKBONE } from '../tokens.js';
import { preferences } from './prefer.js';

/** Waking is a hint: who waits also looks by themselves. */
const LOOK_AGAIN_MS = 250;

/** Reads the verdict on a decision by who sent it and its id. */
@ApiTags('decisions')
@Controller('v1/decisions')
export class DecisionsController {
  constructor(
    @Inject(BACKBONE) private readonly backbone: Backbone,
    @Inject(Waits) private readonly waits: Waits,
  ) {}

  @Get(':participant/:id')
  @Needs()
  @ApiQuery({
    name: 'subject',
    required: false,
    type: String,
    description: 'Needed where the id was used for several.',
  })
  @Documented({
    summary: 'The verdict on a decision',
    description: 'With `Prefer: wait=5` it waits for a verdict that is not there yet.',
    scopes: [],
    answers: 'Verdict',
    problems: ['malformed', 'not-found', 'verdict-pending', 'unavailable'],
  })
  async verdict(
    @TheCaller() caller: Caller,
    @Param('participant') participant: string,
    @Param('id') id: string,
    @Query('subject') subject: string | string[] | undefined,
    @Headers('prefer') prefer: string | undefined,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<WireVerdict> {
    if (Array.isArray(subject)) throw new TuttiError('malformed', 'more than one subject is named');
    const { waitMs } = preferences(prefer);
    const find = async (): Promise<WireVerdict | undefined> =>
      theOne(await this.backbone.findDecision(participant, id, subject), caller, id);
    const verdict = (await find()) ?? (waitMs === undefined ? undefined : await this.#await(find, waitMs));
    if (verdict !== undefined) {
      void reply.header('tutti-position', verdict.position);
      return verdict;
    }
    if (waitMs === undefined)
      throw new TuttiError('not-found', `no verdict on ${id} of ${participant} that you may read`);
    throw new TuttiError('verdict-pending', `no verdict on ${id} of ${participant} within ${waitMs} ms`, {
      retryable: true,
      mend: 'ask again, or send the same decision again (same id)',
    });
  }

  /** Looks again after each append until the wait is over. */
  async #await(find: () => Promise<WireVerdict | undefined>, waitMs: number): Promise<WireVerdict | undefined> {
    const end = performance.now() + waitMs;
    let wake: () => void = () => {};
    const unfollow = this.backbone.follow(() => wake());
    try {
      for (;;) {
        const woken = new Promise<void>((resolve) => (wake = resolve));
        const verdict = await find();
        const left = end - performance.now();
        if (verdict !== undefined || left <= 0 || this.waits.over) return verdict;
        await Promise.race([woken, this.waits.ended, passed(Math.min(left, LOOK_AGAIN_MS))]);
        // The journal wakes its followers before the appender itself has gone on: let it.
        await new Promise((resolve) => setImmediate(resolve));
      }
    } finally {
      unfollow();
    }
  }
}

function passed(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

/** The last verdict, since a retryable rejection may come before; one subject only. */
function theOne(verdicts: readonly WireVerdict[], caller: Caller, id: string): WireVerdict | undefined {
  const readable = verdicts.filter((verdict) => mayRead(caller, verdict));
  const subjects = [...new Set(readable.map(({ subject }) => subject?.id ?? ''))];
  if (subjects.length > 1) {
    throw new TuttiError('malformed', `${id} was used for ${subjects.length} subjects`, {
      mend: `say which one: ?subject=${subjects[0]}`,
      facts: { subjects: subjects.slice(0, 100) },
    });
  }
  // Another decision that tried to use the id again does not hide the one that has it.
  return readable.findLast(({ reasons }) => reasons?.[0]?.code !== 'id-conflict') ?? readable.at(-1);
}
