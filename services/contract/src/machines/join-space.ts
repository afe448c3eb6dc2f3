import { KafkaLog, type KafkaOptions } from '@tutti/adapter-kafka';
import { migrate, PostgresProjectionStore, PostgresSubjectStore } from '@tutti/adapter-postgres';
import type { ModelDefinition } from '@tutti/model';
import {
  type ContractMember,
  createGateway,
  joinContract,
  outcomeHash,
  type Relaying,
  startRelayThread,
  SystemClock,
} from '@tutti/runtime';
import { openJournal, type Undo } from '@tutti/service';
import type { MachinesConfiguration, Waiting } from '@tutti/service/machines';
import { FirstPartitions } from './first-partitions.js';
import { RELAY_ENTRY, type RelayPlace } from '../relay/relay-place.js';

/** What a contract process consists of, once its servers are there. */
export interface Joined {
  gateway: Awaited<ReturnType<typeof createGateway>>;
  member: ContractMember;
  relay: Relaying;
  /** Whether it still waits for its first partition. */
  first: FirstPartitions;
  /** The outcome hash, from the whole journal. */
  outcome(partitions: number): Promise<string>;
}

export interface JoinSpace {
  configuration: MachinesConfiguration;
  kafka: KafkaOptions;
  /** Published where the space has no model. */
  definition: ModelDefinition | undefined;
  waiting: Waiting;
  /** Gets the way to close everything that is opened, in order. */
  undo: Undo;
}

/** How long one attempt to reach Kafka may take, so that what is waited for is soon said. */
const CONNECT_TIMEOUT_MS = 5_000;

/**
 * Opens journal, stores and log, waiting for each that is away, then joins the processes that judge the space.
 *
 * @throws TuttiError what waiting will not mend: `database-refused`, `store-version`, `log-refused`, `unknown-topic`,
 *   `topic-differs`, `space-differs`, `partitions-differ`, `trust-differs`, …
 */
export async function joinSpace({ configuration, kafka, definition, waiting, undo }: JoinSpace): Promise<Joined> {
  const { space, journalUrl, storeUrl, gatewaySecret, partitions, trust, subjectsInMemory, model } = configuration;
  await waiting.for('the store', () => migrate(storeUrl));
  const store = await waiting.for('the store', () => PostgresSubjectStore.open(storeUrl));
  undo.add(() => store.close());
  const projection = await waiting.for('the store', () => PostgresProjectionStore.open(storeUrl));
  undo.add(() => projection.close());
  const journal = await waiting.for('the journal', () => openJournal(journalUrl));
  undo.add(() => journal.close());
  const log = await waiting.for('Kafka', () => KafkaLog.connect({ ...kafka, connectTimeoutMs: CONNECT_TIMEOUT_MS }));
  undo.add(() => log.close());

  const relay = startRelayThread({
    entry: RELAY_ENTRY,
    data: { space, journalUrl, kafka: plain(kafka) } satisfies RelayPlace,
  });
  undo.add(() => relay.close());
  const first = new FirstPartitions(new SystemClock());
  const member = await waiting.for('journal and Kafka', () =>
    joinContract({
      space,
      journal,
      store,
      log,
      instance: kafka.clientId,
      ...(partitions !== undefined && { partitions }),
      ...(trust !== undefined && { trust }),
      ...(gatewaySecret !== undefined && { gatewaySecret }),
      ...(subjectsInMemory !== undefined && { subjectsInMemory }),
      ...(definition !== undefined && { model: startingModel(definition, model ?? 'a model') }),
      onOwned: (partition) => {
        first.owned();
        relay.add(partition);
      },
      onLost: (partition) => void relay.remove(partition),
    }),
  );
  first.joined();
  undo.add(() => member.close());
  const gateway = await waiting.for('the journal', () =>
    createGateway({
      space,
      journal,
      store,
      projection,
      log,
      member,
      ...(gatewaySecret !== undefined && { gatewaySecret }),
    }),
  );
  undo.add(() => gateway.close());
  return { gateway, member, relay, first, outcome: (count) => outcomeHash(journal, count) };
}

function startingModel(
  definition: ModelDefinition,
  file: string,
): Parameters<typeof joinContract>[0]['model'] & object {
  return { definition, by: 'operator', because: `started with ${file}`, evenIfChanged: false, breaking: false };
}

/** What a thread can be handed. */
function plain(kafka: KafkaOptions): Omit<KafkaOptions, 'logger'> {
  const { logger: _logger, ...rest } = kafka;
  return rest;
}
