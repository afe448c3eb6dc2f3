import { Controller, Get, Inject } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import type { Backbone, Edge } from '@tutti/runtime';
import { Needs } from '../access/access.guard.js';
import { Documented } from '../openapi/documented.js';
import { BACKBONE } from '../tokens.js';

@ApiTags('model')
@Controller('v1/edges')
export class EdgesController {
  constructor(@Inject(BACKBONE) private readonly backbone: Backbone) {}

  @Get()
  @Needs('operator')
  @Documented({
    summary: 'What the model has no answer for, by signature, most frequent first',
    scopes: ['operator'],
    answers: 'Edges',
    problems: ['unavailable'],
  })
  async edges(): Promise<{ edges: Edge[] }> {
    return { edges: await this.backbone.edges() };
  }
}
