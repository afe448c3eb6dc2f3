import { Controller, Get, Inject, Res } from '@nestjs/common';
import { ApiOperation, ApiResponse, ApiTags } from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import { DecisionCounts } from './decision-counts.js';
import { Metrics } from './metrics.js';

@ApiTags('health')
@Controller('metrics')
export class MetricsController {
  constructor(
    @Inject(Metrics) private readonly metrics: Metrics,
    @Inject(DecisionCounts) private readonly counts: DecisionCounts,
  ) {}

  @Get()
  @ApiOperation({ summary: 'Counts and gauges in the Prometheus text format' })
  @ApiResponse({ status: 200, description: 'Done', content: { 'text/plain': { schema: { type: 'string' } } } })
  async read(@Res({ passthrough: true }) reply: FastifyReply): Promise<string> {
    void reply.header('content-type', this.metrics.contentType);
    return this.metrics.text(this.counts);
  }
}
