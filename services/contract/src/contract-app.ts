import { NestFactory } from '@nestjs/core';
import { Module, type DynamicModule } from '@nestjs/common';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { Logger, LoggerModule } from 'nestjs-pino';
import { TuttiError } from '@tutti/kernel';
import type { Backbone, BackboneStatus, Clock, IntakeDoor } from '@tutti/runtime';
import type { Logger as Pino } from 'pino';
import type { AccessOptions } from './access/access.js';
import { Access } from './access/access.js';
import { ContractModule } from './contract.module.js';
import { Connections, createHttpServer, type GaugeSource, isLoopback, listen, RouteTable } from '@tutti/service';
import { serveDocuments } from './openapi/document.js';

export interface ContractAppOptions {
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
  logger: Pino;
}

/** The service over a running backbone, not listening yet. */
export interface ContractApp {
  app: NestFastifyApplication;
  routes: RouteTable;
  /** Whether everybody may do everything without a token. */
  readonly open: boolean;
  /**
   * Listens; port 0 takes a free one.
   *
   * @throws TuttiError `port-in-use`, `port-refused`, `open-access` (open on a host that others reach)
   */
  listen(at: { host: string; port: number; orNextFree?: boolean }): Promise<{ url: string; port: number }>;
  /** Answers what has been taken, ends streams, closes. The backbone goes on. */
  close(): Promise<void>;
}

@Module({})
class ContractRoot {
  static of(options: ContractAppOptions, routes: RouteTable): DynamicModule {
    const { logger, ...settings } = options;
    return {
      module: ContractRoot,
      imports: [
        // For no route: a logger a request would cost more than the decision in it.
        LoggerModule.forRoot({ pinoHttp: { logger, autoLogging: false }, forRoutes: [] }),
        ContractModule.forRoot({ ...settings, routes }),
      ],
    };
  }
}

export async function createContractApp(options: ContractAppOptions): Promise<ContractApp> {
  const { logger } = options;
  const routes = new RouteTable();
  const adapter = createHttpServer(routes, logger);
  const app = await NestFactory.create<NestFastifyApplication>(ContractRoot.of(options, routes), adapter, {
    bodyParser: false,
    bufferLogs: true,
    abortOnError: false,
  });
  app.useLogger(app.get(Logger));
  serveDocuments(app);
  await app.init();
  const connections = new Connections(app.getHttpServer());
  const access = app.get(Access);
  return {
    app,
    routes,
    get open() {
      return access.open;
    },
    async listen({ host, port, orNextFree = false }) {
      refuseOpen(access.openIfKnown, host);
      return listen(app, host, port, orNextFree);
    },
    close: () => connections.closeWith(() => app.close()),
  };
}

/** @throws TuttiError `open-access` where others reach the host and nobody need prove anything; unknown passes */
export function refuseOpen(open: boolean | undefined, host: string): void {
  if (open === true && !isLoopback(host)) throw openAccess(host);
}

/** The refusal to let everybody do everything where others reach it. */
export function openAccess(host: string): TuttiError {
  return new TuttiError('open-access', `on ${host} others could reach a backbone that lets everybody do everything`, {
    where: host,
    mend: 'set TUTTI_OPERATOR_TOKEN or TUTTI_OIDC_ISSUER, or issue an operator token first; or listen on 127.0.0.1',
  });
}
