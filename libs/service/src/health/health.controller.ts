import { Controller, Get, Inject } from '@nestjs/common';
import {
  type HealthCheckResult,
  HealthCheckService,
  type HealthIndicatorResult,
  HealthIndicatorService,
} from '@nestjs/terminus';
import { formatTime } from '@tutti/kernel';
import type { ServiceStatus } from './service-status.js';

/** Injection tokens of what a service's own module gives. */
export const SERVICE = Symbol('tutti:service');
export const SERVICE_STATUS = Symbol('tutti:service-status');

/** The same addresses as the contract service has. */
@Controller('health')
export class ServiceHealthController {
  constructor(
    @Inject(SERVICE) private readonly service: string,
    @Inject(SERVICE_STATUS) private readonly status: () => ServiceStatus,
    @Inject(HealthCheckService) private readonly health: HealthCheckService,
    @Inject(HealthIndicatorService) private readonly indicators: HealthIndicatorService,
  ) {}

  @Get('live')
  live(): { status: 'ok' } {
    return { status: 'ok' };
  }

  @Get('ready')
  ready(): Promise<HealthCheckResult> {
    return this.health.check([() => this.#check()]);
  }

  #check(): HealthIndicatorResult {
    const { ready, problems, facts } = this.status();
    const wrong = problems.map(({ code, detail, sinceMs }) => ({ code, detail, since: formatTime(sinceMs) }));
    const indicator = this.indicators.check(this.service);
    return ready ? indicator.up({ ...facts, problems: wrong }) : indicator.down({ ...facts, problems: wrong });
  }
}
