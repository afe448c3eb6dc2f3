import { type DynamicModule, Inject, Module, type OnModuleDestroy, type OnModuleInit } from '@nestjs/common';
import { APP_FILTER, APP_GUARD, HttpAdapterHost } from '@nestjs/core';
import { TerminusModule } from '@nestjs/terminus';
import type { Backbone, BackboneStatus, Clock, IntakeDoor } from '@tutti/runtime';
import { SystemClock } from '@tutti/runtime';
import type { FastifyInstance } from 'fastify';
import { Access, type AccessOptions } from './access/access.js';
import { AccessGuard } from './access/access.guard.js';
import { OutcomeController } from './audit/outcome.controller.js';
import { BackboneIndicator } from './health/backbone.indicator.js';
import { HealthController } from './health/health.controller.js';
import { guardHost } from './http/host-guard.js';
import { registerJsonBodies } from './http/json-body.js';
import { type GaugeSource, ProblemFilter, RouteTable } from '@tutti/service';
import { DecisionsController } from './intake/decisions.controller.js';
import { registerDecisionRoutes } from './intake/decision-routes.js';
import { VersionController } from './health/version.controller.js';
import { Waits } from './http/waits.js';
import { InputsController } from './inputs/inputs.controller.js';
import { InputVerdicts } from './inputs/input-verdicts.js';
import { DirectRoad } from './intake/direct-road.js';
import { Intake } from './intake/intake.js';
import { Quota } from './intake/quota.js';
import { TopicRoad } from './intake/topic-road.js';
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
import { BACKBONE, GAUGES, OUTCOME, STATUS } from './tokens.js';
import { VerdictStreams } from './verdicts/verdict-streams.js';
import { VerdictsController } from './verdicts/verdicts.controller.js';

export interface ContractModuleOptions {
  backbone: Backbone;
  /** Where decisions go on many machines; absent on one, where they go to the backbone itself. */
  door?: IntakeDoor;
  /** Whether the door vouches for sources that a token proved. Default true. */
  vouches?: boolean;
  /** Decisions a second that each participant may send; absent: as many as there are. */
  quota?: number;
  /** Default: the machine's. */
  clock?: Clock;
  /** Whether the service is ready, and what is away. Default: as the backbone says. */
  status?: () => BackboneStatus;
  access?: AccessOptions;
  /** What Prometheus reads besides. */
  gauges?: readonly GaugeSource[];
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
    @Inject(Waits) private readonly waits: Waits,
    @Inject(InputVerdicts) private readonly inputs: InputVerdicts | null,
  ) {}

  static forRoot(options: ContractModuleOptions): DynamicModule {
    const { backbone, door, access = {}, outcome, routes, vouches = true, clock = new SystemClock() } = options;
    const counts = new DecisionCounts();
    const waits = new Waits();
    const inputs = door === undefined ? null : new InputVerdicts(door, waits);
    const road = door === undefined || inputs === null ? new DirectRoad(backbone) : new TopicRoad(door, inputs);
    const quota = options.quota === undefined ? undefined : new Quota(options.quota, () => clock.monotonicMs());
    const intake = new Intake({ backbone, road, counts, vouches, ...(quota !== undefined && { quota }) });
    return {
      module: ContractModule,
      imports: [TerminusModule.forRoot({ errorLogStyle: 'json', logger: false })],
      controllers: [
        DecisionsController,
        InputsController,
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
        VersionController,
        MetricsController,
        AsyncApiController,
      ],
      providers: [
        { provide: BACKBONE, useValue: backbone },
        { provide: OUTCOME, useValue: outcome },
        { provide: RouteTable, useValue: routes },
        { provide: DecisionCounts, useValue: counts },
        { provide: Access, useValue: new Access(access, () => backbone.control()) },
        { provide: Intake, useValue: intake },
        { provide: Waits, useValue: waits },
        { provide: InputVerdicts, useValue: inputs },
        { provide: GAUGES, useValue: options.gauges ?? [] },
        { provide: STATUS, useValue: options.status ?? (() => backbone.status()) },
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
    guardHost(server, () => access.openIfKnown ?? false);
    registerJsonBodies(server);
    registerModelText(server);
    registerDecisionRoutes(server, {
      access,
      counts,
      intake,
      throughTopic: this.inputs !== null,
      draining: () => this.#draining,
    });
  }

  /** The server shuts down: what has been taken is answered, nothing more is taken. */
  onModuleDestroy(): void {
    this.#draining = true;
    this.waits.end();
  }
}
