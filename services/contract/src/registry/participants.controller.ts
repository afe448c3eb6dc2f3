import { Body, Controller, Delete, Get, HttpCode, Inject, Param, Post, Put, Query } from '@nestjs/common';
import { ApiBody, ApiTags } from '@nestjs/swagger';
import { TuttiError } from '@tutti/kernel';
import type { Backbone } from '@tutti/runtime';
import { Needs, requireScope, TheCaller } from '../access/access.guard.js';
import type { Caller } from '../access/caller.js';
import { checked } from '../http/body.js';
import { Documented } from '../openapi/documented.js';
import { BACKBONE } from '../tokens.js';
import { Operator, type Done } from './operator.js';
import { describeParticipant, type ParticipantAnswer } from './participant-answer.js';
import { Act, AddKey, AddParticipant, SetRoles, Suspend } from './registry.bodies.js';

@ApiTags('participants')
@Controller('v1/participants')
export class ParticipantsController {
  constructor(
    @Inject(BACKBONE) private readonly backbone: Backbone,
    @Inject(Operator) private readonly operator: Operator,
  ) {}

  @Get()
  @Needs('operator', 'auditor')
  @Documented({ summary: 'Everybody registered', scopes: ['operator', 'auditor'], answers: 'Participants' })
  list(): { participants: ParticipantAnswer[]; revision: number } {
    const { participants, revision } = this.backbone.control();
    const sorted = [...participants.values()].toSorted((a, b) => (a.id < b.id ? -1 : 1));
    return { participants: sorted.map((one) => describeParticipant(one)), revision };
  }

  @Post()
  @Needs('operator')
  @HttpCode(201)
  @ApiBody({ type: AddParticipant })
  @Documented({
    summary: 'Register a participant, with roles and perhaps a first key',
    scopes: ['operator'],
    status: 201,
    answers: 'ParticipantDone',
    problems: ['malformed', 'incompatible', 'too-large', 'unavailable'],
  })
  async add(
    @TheCaller() caller: Caller,
    @Body(checked(AddParticipant)) body: AddParticipant,
  ): Promise<Done & { participant: ParticipantAnswer }> {
    const { id, roles, publicKey } = body;
    let done = await this.operator.act({ act: 'add-participant', participant: id, roles }, caller, body);
    if (publicKey !== undefined) {
      done = await this.operator.act({ act: 'add-key', participant: id, publicKey }, caller, body);
    }
    return { participant: this.#one(id), ...done };
  }

  @Get(':id')
  @Needs()
  @Documented({
    summary: 'One participant: roles, keys, whether suspended',
    description: 'Participants read themselves.',
    scopes: [],
    answers: 'Participant',
    problems: ['forbidden', 'not-found'],
  })
  one(@TheCaller() caller: Caller, @Param('id') id: string): ParticipantAnswer {
    if (caller.participant !== id) requireScope(caller, 'operator', 'auditor');
    return this.#one(id);
  }

  @Get(':id/keys')
  @Needs()
  @Documented({
    summary: 'Public keys of a participant that are not retired',
    scopes: [],
    answers: 'Keys',
    problems: ['not-found'],
  })
  keys(@Param('id') id: string): { keys: ParticipantAnswer['keys'] } {
    return { keys: this.#one(id).keys };
  }

  @Post(':id/keys')
  @Needs('operator')
  @HttpCode(201)
  @ApiBody({ type: AddKey })
  @Documented({
    summary: 'Register a key; from then on this participant must sign',
    scopes: ['operator'],
    status: 201,
    answers: 'ParticipantDone',
    problems: ['malformed', 'not-found', 'unavailable'],
  })
  async addKey(
    @TheCaller() caller: Caller,
    @Param('id') id: string,
    @Body(checked(AddKey)) body: AddKey,
  ): Promise<Done & { participant: ParticipantAnswer }> {
    const done = await this.operator.act({ act: 'add-key', participant: id, publicKey: body.publicKey }, caller, body);
    return { participant: this.#one(id), ...done };
  }

  @Delete(':id/keys/:kid')
  @Needs('operator')
  @Documented({
    summary: 'Retire a key: nothing signed with it is believed any more',
    scopes: ['operator'],
    answers: 'ParticipantDone',
    problems: ['malformed', 'not-found', 'unavailable'],
  })
  async retireKey(
    @TheCaller() caller: Caller,
    @Param('id') id: string,
    @Param('kid') kid: string,
    @Query(checked(Act)) why: Act,
  ): Promise<Done & { participant: ParticipantAnswer }> {
    const done = await this.operator.act({ act: 'retire-key', participant: id, kid }, caller, why);
    return { participant: this.#one(id), ...done };
  }

  @Get(':id/roles')
  @Needs()
  @Documented({ summary: 'Roles of a participant', scopes: [], answers: 'Roles', problems: ['not-found'] })
  roles(@Param('id') id: string): { roles: string[] } {
    return { roles: this.#one(id).roles };
  }

  @Put(':id/roles')
  @Needs('operator')
  @ApiBody({ type: SetRoles })
  @Documented({
    summary: 'Give a participant exactly these roles',
    scopes: ['operator'],
    answers: 'ParticipantDone',
    problems: ['malformed', 'not-found', 'unavailable'],
  })
  async setRoles(
    @TheCaller() caller: Caller,
    @Param('id') id: string,
    @Body(checked(SetRoles)) body: SetRoles,
  ): Promise<Done & { participant: ParticipantAnswer }> {
    const done = await this.operator.act({ act: 'set-roles', participant: id, roles: body.roles }, caller, body);
    return { participant: this.#one(id), ...done };
  }

  @Put(':id/suspension')
  @Needs('operator')
  @ApiBody({ type: Suspend })
  @Documented({
    summary: 'Suspend a participant, or let it back in',
    scopes: ['operator'],
    answers: 'ParticipantDone',
    problems: ['malformed', 'not-found', 'unavailable'],
  })
  async suspend(
    @TheCaller() caller: Caller,
    @Param('id') id: string,
    @Body(checked(Suspend)) body: Suspend,
  ): Promise<Done & { participant: ParticipantAnswer }> {
    const act = { act: 'suspend-participant', participant: id, suspended: body.suspended } as const;
    const done = await this.operator.act(act, caller, body);
    return { participant: this.#one(id), ...done };
  }

  /** @throws TuttiError `not-found` */
  #one(id: string): ParticipantAnswer {
    const participant = this.backbone.control().participants.get(id);
    if (participant === undefined) {
      throw new TuttiError('not-found', `nobody is registered as ${id}`, {
        mend: 'register it: POST /v1/participants',
      });
    }
    return describeParticipant(participant);
  }
}
