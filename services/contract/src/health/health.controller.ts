import { Controller, Get, Inject } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { HealthCheckService, type HealthCheckResult } from '@nestjs/terminus';
import { Documented } from '../openapi/documented.js';
import { BackboneIndicator } from './backbone.indicator.js';

@ApiTags('health')
@Controller('health')
export class HealthController {
  constructor(
    @Inject(HealthCheckService) private readonly health: HealthCheckService,
    @Inject(BackboneIndicator) private readonly backbone: BackboneIndicator,
  ) {}

  @Get('live')
  @Documented({ summary: 'The process answers', answers: 'Live' })
  live(): { status: 'ok' } {
    return { status: 'ok' };
  }

  @Get('ready')
  @Documented({
    summary: 'Decisions get their verdicts; else 503, naming what is away',
    answers: 'Health',
    problems: ['unavailable'],
  })
  ready(): Promise<HealthCheckResult> {
    return this.health.check([() => this.backbone.check()]);
  }
}
