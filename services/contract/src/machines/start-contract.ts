import type { KafkaOptions } from '@tutti/adapter-kafka';
import type { BackboneStatus } from '@tutti/runtime';
import { type Env, readModel, type Running, type Terminal, TERMINAL, Undo } from '@tutti/service';
import { type MachinesConfiguration, readMachines, Waiting } from '@tutti/service/machines';
import { type Logger, pino } from 'pino';
import { AwaitedBackbone } from '../backbone/awaited-backbone.js';
import { Access } from '../access/access.js';
import { type ContractApp, createContractApp, refuseOpen } from '../contract-app.js';
import { joinSpace, type Joined } from './join-space.js';
import { machineGauges } from './machine-gauges.js';

export interface StartContract {
  env: Env;
  /** Path of the model, given as an argument. */
  model?: string | undefined;
  terminal?: Terminal;
}

/**
 * Starts a contract process on many machines. HTTP is served from the first moment, readiness saying what is waited for;
 * resolves when it has joined the others that judge. What waiting will not mend is thrown, and nothing stays open.
 *
 * @param stopping ends the waiting
 * @throws TuttiError `config-invalid`, `model-unreadable`, `model-invalid`, `port-in-use`, `open-access`, and what
 *   Kafka, the journal, the store and joining the space refuse
 */
export async function startContract(
  { env, model, terminal = TERMINAL }: StartContract,
  stopping: AbortSignal,
): Promise<Running> {
  const configuration = readMachines('contract', env, model);
  const kafka = configuration.kafka!;
  const definition = configuration.model === undefined ? undefined : readModel(configuration.model);
  const logger = pino({ level: configuration.log }, process.stderr);
  const awaited = new AwaitedBackbone(configuration.space, Date.now());
  const undo = new Undo();
  const parts: { joined?: Joined } = {};
  const app = await serve(configuration, awaited, () => parts.joined, logger);
  try {
    const { url } = await app.listen(configuration);
    terminal.say(`tutti contract  ${configuration.space}   ${url}   starting …`);
    const waiting = new Waiting(stopping, terminal, ({ code, message }) => awaited.waitsFor(code, message));
    const joined = await joinSpace({ configuration, kafka: told(kafka, logger), definition, waiting, undo });
    // Before anything is served: who was kept out of an open backbone must not get in while it closes again.
    refuseOpen(new Access(configuration.access, () => joined.gateway.control()).open, configuration.host);
    parts.joined = joined;
    awaited.has(joined.gateway);
    return {
      lines: describe(configuration, url, joined, app.open),
      close: async () => {
        await closeAll(app, undo);
        return `stopped contract ${configuration.space}`;
      },
    };
  } catch (error) {
    await closeAll(app, undo).catch((closing: unknown) =>
      logger.error({ err: closing }, 'closing after a failed start'),
    );
    throw error;
  }
}

function serve(
  { space, access, quota, gatewaySecret }: MachinesConfiguration,
  { served }: AwaitedBackbone,
  joined: () => Joined | undefined,
  logger: Logger,
): Promise<ContractApp> {
  return createContractApp({
    backbone: served,
    door: served,
    vouches: gatewaySecret !== undefined,
    access,
    ...(quota !== undefined && { quota }),
    status: () => withOwn(served.status(), joined()),
    gauges: machineGauges(joined),
    outcome: async () => {
      // Asked first: it refuses while the journal is not there.
      const { partitions } = served;
      return joined()!.outcome(partitions);
    },
    logger: logger.child({ space }),
  });
}

/** Without a partition yet it is not ready. The relay's problems are named; decisions get their verdicts all the same. */
function withOwn(status: BackboneStatus, joined: Joined | undefined): BackboneStatus {
  if (joined === undefined) return status;
  const { problem } = joined.first;
  const relay = joined.relay.status().problems.filter(({ code }) => !status.problems.some((one) => one.code === code));
  const problems = [...status.problems, ...(problem === undefined ? [] : [problem]), ...relay];
  return { ...status, ready: status.ready && problem === undefined, problems };
}

/** First nothing more is taken and what waits is answered; then partitions are given up, and connections closed. */
async function closeAll(app: ContractApp, undo: Undo): Promise<void> {
  try {
    await app.close();
  } finally {
    await undo.all();
  }
}

function told(kafka: KafkaOptions, logger: Logger): KafkaOptions {
  return { ...kafka, logger: (level, message, facts) => logger[level](facts, message) };
}

function describe(
  configuration: MachinesConfiguration,
  url: string,
  { gateway, member }: Joined,
  open: boolean,
): string[] {
  const { model, modelRevision, trust } = gateway.status();
  const name = modelRevision === 0 ? 'no model yet' : `${model}@${modelRevision}`;
  return [
    `tutti contract  ${configuration.space}   ${name}   ${member.partitions} partitions in the space   Node ${process.versions.node}`,
    `  http      ${url}      ${url}/docs`,
    `  access    ${open ? 'open: everybody who reaches this address may do everything' : 'by token'}; ${
      trust === 'network' ? 'sources are believed' : 'sources must be proven'
    }`,
  ];
}
