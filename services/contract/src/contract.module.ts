import { type DynamicModule, Inject, Module, type OnModuleDestroy, type OnModuleInit } from '@nestjs/common';
import { APP_FILTER, APP_GUARD, HttpAdapterHost } from '@nestjs/core';
import { TerminusModule } from '@nestjs/terminus';
import type { Backbone } from '@tutti/runtime';
import type { FastifyInstance } from 'fastify';
import { Access, type AccessOptions } from './access/access.js';
import { AccessGuard } from './access/access.guard.js';
import { OutcomeController } from './audit/outcome.controller.js';
import { BackboneIndicator } from './health/backbone.indicator.js';
import { HealthController } from './health/health.controller.js';
import { guardHost } from './http/host-guard.js';
import { registerJsonBodies } from './http/json-body.js';
import { ProblemFilter, RouteTable } from '@tutti/service';
import { DecisionsController } from './intake/decisions.controller.js';
import { registerDecisionRoutes } from './intake/decision-routes.js';
import { Intake } from './intake/intake.js';
import { DecisionCounts } from './metrics/decision-counts.js';
import { Metrics } from './metrics/metrics.js';
import { MetricsController } from './metrics/metrics.controller.js';
import { AsyncApiController } from './model/asyncapi.controller.js';
import { ContractsController } from './model/contracts.controller.js';
import { ModelController } from './model/model.controller.js';
import { registerModelText } from './model/model-text.js';
import { PoliciesController } from './policies/policies.controller.js';
import { Operator } from './registry/operator.js';
import { ParticipantsController } from './registry/participants.controller.js';
import { TokensController } from './registry/tokens.controller.js';
import { EdgesController } from './subjects/edges.controller.js';
import { SubjectsController } from './subjects/subjects.controller.js';
import { BACKBONE, OUTCOME } from './tokens.js';
import { VerdictStreams } from './verdicts/verdict-streams.js';
import { VerdictsController } from './verdicts/verdicts.controller.js';

export interface ContractModuleOptions {
  backbone: Backbone;
  access?: AccessOptions;
  /** Computes the outcome hash from the journal. */
  outcome: () => Promise<string>;
  /** Watches the server's routes since before the first was registered. */
  routes: RouteTable;
}

/** HTTP over a running backbone. Needs the Fastify adapter that `createHttpServer` makes. */
@Module({})
export class ContractModule implements OnModuleInit, OnModuleDestroy {
  #draining = false;

  constructor(
    @Inject(HttpAdapterHost) private readonly host: HttpAdapterHost,
    @Inject(Access) private readonly access: Access,
    @Inject(Intake) private readonly intake: Intake,
    @Inject(DecisionCounts) private readonly counts: DecisionCounts,
  ) {}

  static forRoot({ backbone, access = {}, outcome, routes }: ContractModuleOptions): DynamicModule {
    const counts = new DecisionCounts();
    return {
      module: ContractModule,
      imports: [TerminusModule.forRoot({ errorLogStyle: 'json', logger: false })],
      controllers: [
        DecisionsController,
        VerdictsController,
        SubjectsController,
        EdgesController,
        ModelController,
        ContractsController,
        PoliciesController,
        ParticipantsController,
        TokensController,
        OutcomeController,
        HealthController,
        MetricsController,
        AsyncApiController,
      ],
      providers: [
        { provide: BACKBONE, useValue: backbone },
        { provide: OUTCOME, useValue: outcome },
        { provide: RouteTable, useValue: routes },
        { provide: DecisionCounts, useValue: counts },
        { provide: Access, useValue: new Access(access, () => backbone.control()) },
        { provide: Intake, useValue: new Intake(backbone, counts) },
        { provide: APP_GUARD, useClass: AccessGuard },
        { provide: APP_FILTER, useClass: ProblemFilter },
        BackboneIndicator,
        Metrics,
        Operator,
        VerdictStreams,
      ],
      exports: [Access],
    };
  }

  onModuleInit(): void {
    const server = this.host.httpAdapter.getInstance<FastifyInstance>();
    const { access, counts, intake } = this;
    guardHost(server, () => access.open);
    registerJsonBodies(server);
    registerModelText(server);
    registerDecisionRoutes(server, { access, counts, intake, draining: () => this.#draining });
  }

  /** The server shuts down: what has been taken is answered, nothing more is taken. */
  onModuleDestroy(): void {
    this.#draining = true;
  }
}
