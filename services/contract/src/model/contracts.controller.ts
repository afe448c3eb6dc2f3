import { Controller, Get, Inject, Param } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { type JsonObject, TuttiError } from '@tutti/kernel';
import type { CompiledDecision } from '@tutti/model';
import type { Backbone } from '@tutti/runtime';
import { Needs } from '../access/access.guard.js';
import { Documented } from '../openapi/documented.js';
import { BACKBONE } from '../tokens.js';

interface ContractAnswer {
  /** Full type. */
  type: string;
  version: number;
  /** Version in force for new subjects; absent where the model in force has no such type. */
  inForce?: number;
  subject: string;
  by: { role: string; any: boolean }[];
  clock: boolean;
  afterMs?: number;
  moves: { from: string; to: string }[];
  requires: { name: string; cel: string }[];
  fact: boolean;
  manual: boolean;
  /** JSON Schema 2020-12 of the payload. */
  schema: JsonObject;
  /** Version → accepted decisions under it. */
  used: Record<number, number>;
}

@ApiTags('model')
@Controller('v1/contracts')
export class ContractsController {
  constructor(@Inject(BACKBONE) private readonly backbone: Backbone) {}

  @Get()
  @Needs()
  @Documented({ summary: 'Contracts in force, by type', scopes: [], answers: 'Contracts', problems: ['unavailable'] })
  async list(): Promise<{ model: number; contracts: ContractAnswer[] }> {
    const regime = this.backbone.regime();
    const model = regime.models.get(regime.model);
    const used = await this.backbone.contractUse();
    const contracts = [...(model?.compiled.decisions.values() ?? [])].map((decision) =>
      describeContract(
        decision,
        model!.contracts[decision.type]!,
        model!.contracts[decision.type],
        used[decision.type],
      ),
    );
    return { model: regime.model, contracts };
  }

  @Get(':type')
  @Needs()
  @Documented({
    summary: 'The contract of a decision type in force, with its JSON Schema',
    scopes: [],
    answers: 'Contract',
    problems: ['not-found', 'unavailable'],
  })
  async latest(@Param('type') type: string): Promise<ContractAnswer> {
    const regime = this.backbone.regime();
    const model = regime.models.get(regime.model);
    const decision = model?.compiled.decisions.get(type);
    if (decision === undefined) throw noContract(type, [...(model?.compiled.decisions.keys() ?? [])]);
    const version = model!.contracts[type]!;
    return describeContract(decision, version, version, (await this.backbone.contractUse())[type]);
  }

  @Get(':type/:version')
  @Needs()
  @Documented({
    summary: 'One version of a contract; decisions pin it with `dataschema: tutti:TYPE/VERSION`',
    scopes: [],
    answers: 'Contract',
    problems: ['not-found', 'unavailable'],
  })
  async version(@Param('type') type: string, @Param('version') version: string): Promise<ContractAnswer> {
    const regime = this.backbone.regime();
    const model = regime.models.get(regime.model);
    const number = /^\d{1,9}$/.test(version) ? Number(version) : 0;
    const decision = regime.contract(type, number);
    if (decision === undefined) throw new TuttiError('not-found', `there is no contract ${type}@${version}`);
    return describeContract(decision, number, model?.contracts[type], (await this.backbone.contractUse())[type]);
  }
}

function describeContract(
  decision: CompiledDecision,
  version: number,
  inForce: number | undefined,
  used: Record<number, number> = {},
): ContractAnswer {
  const { by, clock, afterMs, moves, requires, fact, manual, schema } = decision.definition;
  const answer: ContractAnswer = {
    type: decision.type,
    version,
    subject: decision.subject.name,
    by,
    clock,
    moves,
    requires,
    fact,
    manual,
    schema,
    used,
  };
  if (inForce !== undefined) answer.inForce = inForce;
  if (afterMs !== undefined) answer.afterMs = afterMs;
  return answer;
}

function noContract(type: string, types: readonly string[]): TuttiError {
  return new TuttiError('not-found', `the model has no decision ${type}`, {
    mend: types.length === 0 ? 'publish a model first' : `it has ${types.join(', ')}`,
  });
}
