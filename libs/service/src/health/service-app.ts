import { type DynamicModule, Module } from '@nestjs/common';
import { APP_FILTER, NestFactory } from '@nestjs/core';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { TerminusModule } from '@nestjs/terminus';
import { Logger, LoggerModule } from 'nestjs-pino';
import type { Logger as Pino } from 'pino';
import { Connections } from '../http/connections.js';
import { createHttpServer } from '../http/http-server.js';
import { listen } from '../http/listen.js';
import { RouteTable } from '../http/route-table.js';
import { ProblemFilter } from '../problem/problem.filter.js';
import { SERVICE, SERVICE_STATUS, ServiceHealthController } from './health.controller.js';
import { ServiceMetricsController } from './metrics.controller.js';
import { type GaugeSource, ServiceMetrics } from './service-metrics.js';
import type { ServiceStatus } from './service-status.js';
import { ServiceVersionController } from './version.controller.js';

export interface ServiceAppOptions {
  /** `projection` */
  service: string;
  status: () => ServiceStatus;
  gauges?: readonly GaugeSource[];
  logger: Pino;
}

/** The HTTP side of a service that answers nobody: health, metrics, version. */
export interface ServiceApp {
  /**
   * Listens; port 0 takes a free one.
   *
   * @throws TuttiError `port-in-use`, `port-refused`
   */
  listen(at: { host: string; port: number; orNextFree?: boolean }): Promise<{ url: string; port: number }>;
  close(): Promise<void>;
}

@Module({})
class ServiceModule {
  static of({ service, status, gauges = [], logger }: ServiceAppOptions, routes: RouteTable): DynamicModule {
    return {
      module: ServiceModule,
      imports: [
        LoggerModule.forRoot({ pinoHttp: { logger, autoLogging: false }, forRoutes: [] }),
        TerminusModule.forRoot({ errorLogStyle: 'json', logger: false }),
      ],
      controllers: [ServiceHealthController, ServiceMetricsController, ServiceVersionController],
      providers: [
        { provide: SERVICE, useValue: service },
        { provide: SERVICE_STATUS, useValue: status },
        { provide: ServiceMetrics, useValue: new ServiceMetrics(status, gauges) },
        { provide: RouteTable, useValue: routes },
        { provide: APP_FILTER, useClass: ProblemFilter },
      ],
    };
  }
}

export async function createServiceApp(options: ServiceAppOptions): Promise<ServiceApp> {
  const routes = new RouteTable();
  const app = await NestFactory.create<NestFastifyApplication>(
    ServiceModule.of(options, routes),
    createHttpServer(routes, options.logger),
    { bodyParser: false, bufferLogs: true, abortOnError: false },
  );
  app.useLogger(app.get(Logger));
  await app.init();
  const connections = new Connections(app.getHttpServer());
  return {
    listen: ({ host, port, orNextFree = false }) => listen(app, host, port, orNextFree),
    close: () => connections.closeWith(() => app.close()),
  };
}
