import { hostname } from 'node:os';
import { randomUUID } from 'node:crypto';
import { type Logger, pino } from 'pino';
import { type MachinesConfiguration, readMachines, type ServiceName } from '../configuration/machines-configuration.js';
import type { Env } from '../configuration/read-variables.js';
import { createServiceApp } from '../health/service-app.js';
import type { GaugeSource } from '../health/service-metrics.js';
import { versionOf } from '../health/version-of.js';
import type { ServiceStatus } from '../health/service-status.js';
import { type Running, type Terminal, TERMINAL } from '../process/run-process.js';
import { Undo } from '../process/undo.js';
import { Waiting } from './waiting.js';

/** What a service that answers nobody is begun with. */
export interface TaskGround {
  configuration: MachinesConfiguration;
  /** Unique to this process: by which it holds leases. */
  owner: string;
  /** Waits for servers. */
  waiting: Waiting;
  /** Gets the way to close everything that is opened, in order. */
  undo: Undo;
  logger: Logger;
}

/** A service's work, begun. */
export interface Task {
  status(): ServiceStatus;
}

export interface StartTask {
  service: Exclude<ServiceName, 'contract'>;
  env: Env;
  terminal?: Terminal;
  /** Opens what the work needs and begins it. */
  begin(ground: TaskGround): Promise<Task>;
  /** What Prometheus reads besides; the task is undefined until it has begun. */
  gauges?(task: () => Task | undefined): readonly GaugeSource[];
}

/**
 * Starts a service that answers nobody: health, metrics and version are served from the first moment, readiness saying
 * what is waited for; resolves when its work has begun. What waiting will not mend is thrown, and nothing stays open.
 *
 * @param stopping ends the waiting
 * @throws TuttiError `config-invalid`, `port-in-use`, `port-refused`, and what its servers refuse
 */
export async function startTask(options: StartTask, stopping: AbortSignal): Promise<Running> {
  const { service, env, terminal = TERMINAL, begin, gauges } = options;
  const configuration = readMachines(service, env);
  const { space } = configuration;
  const logger = pino({ level: configuration.log }, process.stderr).child({ service, space });
  const undo = new Undo();
  let task: Task | undefined;
  let waitsFor = { code: 'starting', detail: 'the process has just started', sinceMs: Date.now() };
  const status = (): ServiceStatus => task?.status() ?? { ready: false, problems: [waitsFor], facts: { space } };
  const app = await createServiceApp({ service, status, logger, gauges: gauges?.(() => task) ?? [] });
  // Closed last: that it drains can be seen until it has.
  undo.add(() => app.close());
  try {
    const { url } = await app.listen(configuration);
    terminal.say(`tutti ${service}  ${space}   ${url}   starting …`);
    const waiting = new Waiting(stopping, terminal, ({ code, message }) => {
      waitsFor = { code, detail: message, sinceMs: Date.now() };
    });
    const owner = `${hostname()}/${process.pid}/${randomUUID().slice(0, 8)}`;
    task = await begin({ configuration, owner, waiting, undo, logger });
    return {
      lines: [`tutti ${service}  ${space}   ${url}   at work as ${owner}   Node ${versionOf(service).node}`],
      close: async () => {
        await undo.all();
        return `stopped ${service} ${space}`;
      },
    };
  } catch (error) {
    await undo.all().catch((closing: unknown) => logger.error({ err: closing }, 'closing after a failed start'));
    throw error;
  }
}
