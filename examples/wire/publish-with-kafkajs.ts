import { Kafka } from 'kafkajs';

// A decision with plain kafkajs, nothing of Tutti's:
//   node examples/wire/publish-with-kafkajs.ts 127.0.0.1:9092 marketplace order-17
// Key = subject, attributes as headers ce_NAME, acks from all replicas. kafkajs puts a key where Java does (murmur2);
// other clients have to be told (docs/reference/wire.md).

const [brokers = '127.0.0.1:9092', space = 'marketplace', subject = 'order-17'] = process.argv.slice(2);
const kafka = new Kafka({ clientId: 'seller-3', brokers: brokers.split(',') });
const producer = kafka.producer({ allowAutoTopicCreation: false });

await producer.connect();
const [placed] = await producer.send({
  topic: `${space}.decisions`,
  acks: -1,
  messages: [
    {
      key: subject,
      headers: {
        'content-type': 'application/json',
        ce_specversion: '1.0',
        ce_id: `ship-${subject}`,
        ce_type: 'order.ship',
        ce_source: '/participants/seller-3',
        ce_subject: subject,
        ce_time: new Date().toISOString(),
        ce_basedon: '1',
      },
      value: JSON.stringify({ carrier: 'carrier-1', tracking: 'TK-9' }),
    },
  ],
});
await producer.disconnect();

// The verdict is found by this place: GET /v1/inputs/PARTITION/OFFSET, or on the topic SPACE.verdicts.
process.stdout.write(`${JSON.stringify({ partition: placed!.partition, offset: Number(placed!.baseOffset) })}\n`);
