import { Controller, Get, Inject, Param } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { TuttiError } from '@tutti/kernel';
import type { ParameterDefinition } from '@tutti/model';
import type { Backbone } from '@tutti/runtime';
import { Needs } from '../access/access.guard.js';
import { Documented } from '../openapi/documented.js';
import { BACKBONE } from '../tokens.js';

interface PolicyAnswer {
  name: string;
  /** In force for subjects that begin now. */
  revision: number;
  parameters: Record<string, number>;
  /** Unit: a role, `subject`, or a context. */
  per?: string;
  applies: 'new' | 'all';
  bounds: Record<string, ParameterDefinition>;
}

@ApiTags('policies')
@Controller('v1/policies')
export class PoliciesController {
  constructor(@Inject(BACKBONE) private readonly backbone: Backbone) {}

  @Get()
  @Needs()
  @Documented({ summary: 'Policies in force', scopes: [], answers: 'Policies' })
  list(): { epoch: number; model: number; policies: PolicyAnswer[] } {
    const { epoch, model } = this.backbone.regime();
    return { epoch, model, policies: this.#policies() };
  }

  @Get(':name')
  @Needs()
  @Documented({ summary: 'One policy in force', scopes: [], answers: 'Policy', problems: ['not-found'] })
  one(@Param('name') name: string): PolicyAnswer {
    const policies = this.#policies();
    const policy = policies.find((one) => one.name === name);
    if (policy !== undefined) return policy;
    throw new TuttiError('not-found', `the model has no policy ${name}`, {
      mend: policies.length === 0 ? 'it has none' : `it has ${policies.map((one) => one.name).join(', ')}`,
    });
  }

  #policies(): PolicyAnswer[] {
    const regime = this.backbone.regime();
    const model = regime.models.get(regime.model);
    if (model === undefined) return [];
    return Object.entries(model.compiled.definition.policies).map(([name, definition]) => {
      const revision = model.policies[name] ?? 1;
      const answer: PolicyAnswer = {
        name,
        revision,
        parameters: { ...(regime.policies.get(name)?.get(revision) ?? model.compiled.policyDefaults[name]) },
        applies: definition.applies,
        bounds: definition.parameters,
      };
      if (definition.per !== undefined) answer.per = definition.per;
      return answer;
    });
  }
}
