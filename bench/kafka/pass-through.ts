// What Kafka and its client can do at most here: consumes a topic and produces the same bytes to another one.
import { tuneHeap } from '@tutti/service';
import { Kafka, logLevel } from 'kafkajs';

tuneHeap();
const [brokers, from, to] = process.argv.slice(2) as [string, string, string];
const kafka = new Kafka({ brokers: brokers.split(','), clientId: 'pass-through', logLevel: logLevel.NOTHING });
const producer = kafka.producer({ allowAutoTopicCreation: false });
const consumer = kafka.consumer({ groupId: 'pass-through', allowAutoTopicCreation: false });

await producer.connect();
await consumer.connect();
await consumer.subscribe({ topic: from, fromBeginning: true });
await consumer.run({
  partitionsConsumedConcurrently: 64,
  eachBatch: async ({ batch, heartbeat }) => {
    const { partition, messages } = batch;
    const same = messages.map(({ key, value, headers }) => ({ key, value, headers: headers ?? {}, partition }));
    await producer.send({ topic: to, acks: -1, messages: same });
    await heartbeat();
  },
});

process.once('SIGTERM', () => {
  void consumer
    .disconnect()
    .then(() => producer.disconnect())
    .then(() => process.exit(0));
});
