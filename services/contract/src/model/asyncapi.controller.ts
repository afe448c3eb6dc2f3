import { Controller, Get, Header, Inject } from '@nestjs/common';
import { ApiOperation, ApiResponse, ApiTags } from '@nestjs/swagger';
import { TuttiError } from '@tutti/kernel';
import { generateAsyncApi } from '@tutti/model';
import type { Backbone } from '@tutti/runtime';
import { stringify } from 'yaml';
import { BACKBONE } from '../tokens.js';

@ApiTags('documents')
@Controller()
export class AsyncApiController {
  constructor(@Inject(BACKBONE) private readonly backbone: Backbone) {}

  @Get('asyncapi.yaml')
  @Header('content-type', 'application/yaml')
  @ApiOperation({ summary: 'The topics and their messages, as the model in force defines them (AsyncAPI 3)' })
  @ApiResponse({ status: 200, description: 'Done', content: { 'application/yaml': { schema: { type: 'string' } } } })
  @ApiResponse({
    status: 404,
    description: '`not-found`: no model has been published',
    content: { 'application/problem+json': { schema: { $ref: '#/components/schemas/Problem' } } },
  })
  document(): string {
    const regime = this.backbone.regime();
    const model = regime.models.get(regime.model);
    if (model === undefined) throw new TuttiError('not-found', 'no model has been published');
    const place = { space: this.backbone.space, partitions: this.backbone.partitions, revision: regime.model };
    return stringify(generateAsyncApi(model.compiled.definition, model.contracts, place), { lineWidth: 0 });
  }
}
