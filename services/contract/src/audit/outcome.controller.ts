import { Controller, Get, Inject } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { Needs } from '../access/access.guard.js';
import { Documented } from '../openapi/documented.js';
import { OUTCOME } from '../tokens.js';

@ApiTags('audit')
@Controller('v1/audit')
export class OutcomeController {
  constructor(@Inject(OUTCOME) private readonly hash: () => Promise<string>) {}

  @Get('outcome')
  @Needs('operator', 'auditor')
  @Documented({
    summary: 'The outcome hash: what was decided about every subject, in one SHA-256',
    description:
      'Reads the whole journal. Comparable between runs where the model has no clock decisions, `at`, policies or standings.',
    scopes: ['operator', 'auditor'],
    answers: 'Outcome',
    problems: ['unavailable'],
  })
  async outcome(): Promise<{ outcome: string }> {
    return { outcome: await this.hash() };
  }
}
