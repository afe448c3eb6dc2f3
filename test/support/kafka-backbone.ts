import { ensureTopics, KafkaLog, tuttiTopics } from '@tutti/adapter-kafka';
import { parseModel } from '@tutti/model';
import {
  joinContract,
  MemoryJournal,
  MemoryLeases,
  MemoryLeaseTable,
  MemoryRows,
  MemoryStreams,
  MemorySubjectStore,
  runFeedback,
  runRelay,
} from '@tutti/runtime';

const MODEL = `
tutti: 1
model: market
epoch: 1 hour
roles:
  buyer:  orders
  seller: ships
open: [buyer, seller]
assets: { USD: 2 }
interaction:
  order:
    states: [placed, shipped, cancelled]
    parties:
      buyer:  place.by
      seller: place.seller
    decisions:
      place:  { by: buyer, moves: new -> placed, data: { seller: seller, total: { type: USD, minimum: 1 } } }
      ship:   { by: seller, moves: placed -> shipped }
      cancel: { by: [buyer, seller], moves: placed -> cancelled }
`;

/** The real backbone on real topics, its journal and store in memory. Resolves when it judges. */
export async function startKafkaBackbone(
  brokers: string,
  space: string,
  partitions: number,
): Promise<{ close(): Promise<void> }> {
  const { definition } = parseModel(MODEL, 'market.tutti.yaml');
  const options = { brokers: [brokers], clientId: 'backbone' };
  await ensureTopics(options, tuttiTopics(space, partitions));
  const [intake, outgoing, control] = await Promise.all([
    KafkaLog.connect(options),
    KafkaLog.connect(options),
    KafkaLog.connect(options),
  ]);
  const streams = new MemoryStreams();
  const journal = new MemoryJournal(streams);
  const relay = runRelay({ journal, log: outgoing, space });
  const member = await joinContract({
    space,
    partitions,
    trust: 'network',
    log: intake,
    journal,
    store: new MemorySubjectStore(new MemoryRows()),
    model: { definition: definition!, by: 'test', because: 'test', evenIfChanged: false, breaking: false },
    onOwned: (partition) => relay.add(partition),
    onLost: (partition) => void relay.remove(partition),
  });
  const leases = new MemoryLeases(new MemoryLeaseTable());
  const feedback = runFeedback({ space, journal, leases, owner: 'test', log: control });
  return {
    async close() {
      await feedback.close();
      await member.close();
      await relay.close();
      await Promise.all([intake, outgoing, control].map((log) => log.close()));
    },
  };
}
