// A member of a consumer group in a process of its own: `kafka-member.ts BROKERS TOPIC GROUP`. Says what it is told.
import { KafkaLog } from '@tutti/adapter-kafka';

const [brokers, topic, group] = process.argv.slice(2) as [string, string, string];
const log = await KafkaLog.connect({
  brokers: [brokers],
  clientId: 'member',
  sessionTimeoutMs: 2_000,
  heartbeatMs: 200,
});
const say = (text: string): boolean => process.stdout.write(`${text}\n`);
await log.consume(topic, group, {
  async assigned(partition) {
    say(`assigned ${partition}`);
    return undefined;
  },
  async batch(partition, records) {
    for (const { value } of records) say(`record ${partition} ${String(value)}`);
    return records.at(-1)!.offset + 1;
  },
  async revoked(partition) {
    say(`revoked ${partition}`);
  },
});
process.on('SIGTERM', () => void log.close());
