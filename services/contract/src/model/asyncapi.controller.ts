import { Controller, Get, Header, Headers, Inject } from '@nestjs/common';
import { ApiOperation, ApiResponse, ApiTags } from '@nestjs/swagger';
import { TuttiError } from '@tutti/kernel';
import { type AsyncApiPlace, generateAsyncApi } from '@tutti/model';
import type { Backbone } from '@tutti/runtime';
import { stringify } from 'yaml';
import { InputVerdicts } from '../inputs/input-verdicts.js';
import { BACKBONE } from '../tokens.js';

@ApiTags('documents')
@Controller()
export class AsyncApiController {
  constructor(
    @Inject(BACKBONE) private readonly backbone: Backbone,
    @Inject(InputVerdicts) private readonly inputs: InputVerdicts | null,
  ) {}

  @Get('asyncapi.yaml')
  @Header('content-type', 'application/yaml')
  @ApiOperation({
    summary:
      'Decisions and verdicts as messages, as the model in force defines them: of topics, or over HTTP where there are none (AsyncAPI 3)',
  })
  @ApiResponse({ status: 200, description: 'Done', content: { 'application/yaml': { schema: { type: 'string' } } } })
  @ApiResponse({
    status: 404,
    description: '`not-found`: no model has been published',
    content: { 'application/problem+json': { schema: { $ref: '#/components/schemas/Problem' } } },
  })
  document(@Headers('host') host: string | undefined): string {
    const regime = this.backbone.regime();
    const model = regime.models.get(regime.model);
    if (model === undefined) throw new TuttiError('not-found', 'no model has been published');
    const { space, partitions } = this.backbone;
    const place: AsyncApiPlace = {
      space,
      partitions,
      revision: regime.model,
      road: this.inputs === null ? 'http' : 'topics',
      ...(host === undefined ? {} : { host }),
    };
    return stringify(generateAsyncApi(model.compiled.definition, model.contracts, place), { lineWidth: 0 });
  }
}
