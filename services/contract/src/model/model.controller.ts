import { Controller, Get, Headers, HttpCode, Inject, Post, Put, Query, Req, Res } from '@nestjs/common';
import { ApiBody, ApiHeader, ApiQuery, ApiTags, getSchemaPath, ApiExtraModels } from '@nestjs/swagger';
import { formatTime, TuttiError } from '@tutti/kernel';
import { type Change, type ModelDefinition, planPublication, type PublicationPlan } from '@tutti/model';
import type { Backbone, ControlState } from '@tutti/runtime';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { Needs, TheCaller } from '../access/access.guard.js';
import type { Caller } from '../access/caller.js';
import { checked } from '../http/body.js';
import { Documented } from '../openapi/documented.js';
import { type Done, Operator } from '../registry/operator.js';
import { BACKBONE } from '../tokens.js';
import { ifMatch } from './if-match.js';
import { ModelBody, PublishModel, PublishQuery } from './model.bodies.js';
import { readDefinition } from './read-definition.js';

interface ModelAnswer {
  model: string;
  /** The latest published; `inForce` is what new subjects begin under now. */
  revision: number;
  inForce: number;
  hash: string;
  by: string;
  because: string;
  /** RFC 3339 */
  at: string;
  /** Full type → version. */
  contracts: Record<string, number>;
  policies: Record<string, number>;
  definition: ModelDefinition;
}

interface Published extends Done {
  revision: number;
  /** False where the model in force has the same content: nothing was recorded. */
  changed: boolean;
  contracts: Record<string, number>;
  policies: Record<string, number>;
}

interface Difference {
  from: number;
  changes: Change[];
  breaking: boolean;
  contracts: Record<string, number>;
  policies: Record<string, number>;
}

const FILE = 'model.tutti.yaml';

@ApiTags('model')
@ApiExtraModels(ModelBody, PublishModel)
@Controller('v1/model')
export class ModelController {
  constructor(
    @Inject(BACKBONE) private readonly backbone: Backbone,
    @Inject(Operator) private readonly operator: Operator,
  ) {}

  @Get()
  @Needs()
  @ApiQuery({ name: 'revision', required: false, type: Number, description: 'Default: the latest.' })
  @Documented({
    summary: 'The model: definition, revision, contract versions, who published it and why',
    scopes: [],
    answers: 'Model',
    problems: ['malformed', 'not-found'],
  })
  model(@Query('revision') wanted: string | undefined, @Res({ passthrough: true }) reply: FastifyReply): ModelAnswer {
    const control = this.backbone.control();
    const revision = wanted === undefined ? control.model : Number(wanted);
    if (!Number.isInteger(revision)) throw new TuttiError('malformed', `revision is no number: ${wanted}`);
    const answer = this.#model(control, revision);
    void reply.header('etag', `"${revision}"`);
    return answer;
  }

  @Put()
  @Needs('operator')
  @ApiHeader({ name: 'If-Match', required: false, description: 'Revision the change was made on: the ETag of GET.' })
  @ApiBody({
    content: {
      'application/json': { schema: { $ref: getSchemaPath(PublishModel) } },
      'application/yaml': {
        schema: { type: 'string', description: 'The text; `because` and `breaking` in the query.' },
      },
    } as never,
  } as never)
  @Documented({
    summary: 'Publish a model: whole, in force from the next barrier, subjects under way pinned',
    scopes: ['operator'],
    answers: 'Published',
    problems: ['malformed', 'model-invalid', 'incompatible', 'revision-mismatch', 'too-large', 'unavailable'],
  })
  async publish(
    @TheCaller() caller: Caller,
    @Req() request: FastifyRequest,
    @Headers('if-match') match: string | undefined,
  ): Promise<Published> {
    const sent = await publication(request);
    const definition = readDefinition(modelIn(sent));
    this.#plan(definition);
    const before = this.backbone.control().model;
    const act = { act: 'publish-model', definition, breaking: sent.breaking ?? false } as const;
    const done = await this.operator.act(act, caller, sent, ifMatch(match));
    const control = this.backbone.control();
    const { contracts, policies } = control.models.get(control.model)!;
    return {
      revision: control.model,
      changed: control.model !== before,
      contracts: { ...contracts },
      policies: { ...policies },
      ...done,
    };
  }

  @Post('diff')
  @Needs('operator')
  @HttpCode(200)
  @ApiBody({
    content: {
      'application/json': { schema: { $ref: getSchemaPath(ModelBody) } },
      'application/yaml': { schema: { type: 'string' } },
    } as never,
  } as never)
  @Documented({
    summary: 'How a model differs from the latest published, and whom it would break',
    scopes: ['operator'],
    answers: 'Difference',
    problems: ['malformed', 'model-invalid', 'too-large'],
  })
  async diff(@Req() request: FastifyRequest): Promise<Difference> {
    const definition = readDefinition(modelIn(await difference(request)));
    const { changes, breaking, contracts, policies } = this.#plan(definition);
    return { from: this.backbone.control().model, changes, breaking, contracts, policies };
  }

  /**
   * What publishing a model would change. An intermediate form that no checker has seen may be anything.
   *
   * @throws TuttiError `model-invalid`
   */
  #plan(definition: ModelDefinition): PublicationPlan {
    const control = this.backbone.control();
    const before = control.models.get(control.model);
    try {
      this.backbone.compile(definition);
      return planPublication(before && { ...before, definition: before.compiled.definition }, definition);
    } catch (error) {
      if (error instanceof TuttiError) throw error;
      throw new TuttiError('model-invalid', `the definition is no model: ${(error as Error).message}`, {
        mend: 'send the text of the model, or what `defineModel` makes',
        cause: error,
      });
    }
  }

  #model(control: ControlState, revision: number): ModelAnswer {
    const published = control.models.get(revision);
    if (published === undefined) {
      throw new TuttiError(
        'not-found',
        revision === 0 ? 'no model has been published' : `no model revision ${revision}`,
      );
    }
    const { hash, by, because, atMs, contracts, policies, compiled } = published;
    return {
      model: compiled.definition.model,
      revision,
      inForce: this.backbone.regime().model,
      hash,
      by,
      because,
      at: formatTime(atMs),
      contracts: { ...contracts },
      policies: { ...policies },
      definition: compiled.definition,
    };
  }
}

type Sent<B> = B & { yaml?: string; file?: string; definition?: ModelDefinition };

/** The body is JSON that holds the model, or the model's text itself with the rest in the query. */
async function publication(request: FastifyRequest): Promise<Sent<PublishModel>> {
  if (typeof request.body !== 'string') return validated(PublishModel, request.body);
  const query = await validated(PublishQuery, request.query, 'query');
  return { ...query, yaml: request.body };
}

async function difference(request: FastifyRequest): Promise<Sent<ModelBody>> {
  return typeof request.body === 'string' ? { yaml: request.body } : validated(ModelBody, request.body);
}

async function validated<T>(type: new () => T, value: unknown, where: 'body' | 'query' = 'body'): Promise<T> {
  return (await checked(type).transform(value ?? {}, { type: where, metatype: type })) as T;
}

function modelIn({ yaml, file, definition }: Sent<unknown>): Parameters<typeof readDefinition>[0] {
  if (definition !== undefined && definition !== null) return { definition };
  if (yaml !== undefined && yaml.trim() !== '') return { yaml, file: file ?? FILE };
  throw new TuttiError('malformed', 'there is no model in the request', {
    mend: 'send its text as application/yaml, or as `yaml` in JSON',
  });
}
