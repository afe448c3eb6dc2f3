import type { ModelDefinition } from '@tutti/model';
import {
  decisionsOf,
  joinContract,
  MemoryBroker,
  MemoryJournal,
  MemoryLeases,
  MemorySubjectStore,
  runFeedback,
  type Journal,
  verdictsOf,
  readBlock,
} from '@tutti/runtime';
import type { KafkaMessage } from 'kafkajs';
import { until } from './until.js';

/** The same intake judged by one process, in memory, to which nothing happens. @returns its journal */
export async function undisturbed(
  space: string,
  intake: readonly (readonly KafkaMessage[])[],
  definition: ModelDefinition,
): Promise<Journal> {
  let stampMs = 0;
  const broker = new MemoryBroker(() => stampMs);
  const topic = decisionsOf(space);
  broker.createTopic(topic, intake.length);
  for (const [partition, records] of intake.entries()) {
    for (const { key, value, headers = {}, timestamp } of records) {
      stampMs = Number(timestamp);
      const bytes = Object.entries(headers).map(([name, text]) => [name, Buffer.from(text as Buffer)]);
      broker.append(topic, partition, [{ key, value, headers: Object.fromEntries(bytes) }]);
    }
  }
  const journal = new MemoryJournal();
  const store = new MemorySubjectStore();
  const member = await joinContract({
    space,
    partitions: intake.length,
    trust: 'network',
    log: broker.client(),
    journal,
    store,
    model: { definition, by: 'operator', because: 'a run without faults', evenIfChanged: false, breaking: false },
  });
  const feedback = runFeedback({ space, journal, leases: new MemoryLeases(), owner: 'one' });
  try {
    await until('a run without faults answers the same intake', async () => {
      for (const [partition, records] of intake.entries()) {
        const block = await journal.last(verdictsOf(partition));
        if (block === undefined) return undefined;
        if ((readBlock(verdictsOf(partition), block).header.next ?? 0) < records.length) return undefined;
      }
      return true;
    });
  } finally {
    await feedback.close();
    await member.close();
  }
  return journal;
}
