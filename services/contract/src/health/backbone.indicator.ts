import { Inject, Injectable } from '@nestjs/common';
import { type HealthIndicatorResult, HealthIndicatorService } from '@nestjs/terminus';
import type { Backbone, BackboneStatus } from '@tutti/runtime';
import { formatTime } from '@tutti/kernel';
import { BACKBONE, STATUS } from '../tokens.js';

/** Says what is away or wrong. */
@Injectable()
export class BackboneIndicator {
  constructor(
    @Inject(BACKBONE) private readonly backbone: Backbone,
    @Inject(STATUS) private readonly status: () => BackboneStatus,
    @Inject(HealthIndicatorService) private readonly health: HealthIndicatorService,
  ) {}

  check(): HealthIndicatorResult {
    const { ready, problems, epoch, model, modelRevision, trust, partitions } = this.status();
    const indicator = this.health.check('backbone');
    const facts = { space: this.backbone.space, epoch, model, modelRevision, trust, partitions };
    const wrong = problems.map(({ code, detail, sinceMs }) => ({ code, detail, since: formatTime(sinceMs) }));
    return ready ? indicator.up({ ...facts, problems: wrong }) : indicator.down({ ...facts, problems: wrong });
  }
}
