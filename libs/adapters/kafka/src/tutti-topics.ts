/** How a topic is to be. */
export interface TopicSpec {
  name: string;
  partitions: number;
  /** Settings of the topic, as Kafka names and writes them. */
  config: Readonly<Record<string, string>>;
}

const dayMs = 86_400_000;
/** A decision of 512 KiB and its headers; clients' batches are up to 1 MiB unless told otherwise. */
const decisionBytesMax = 1_048_588;
/** A verdict holds its decision, in base64 where that could not be read. */
const verdictBytesMax = 2_097_152;

/** The topics of a space (SURFACE §5) that its services write and read. */
export function tuttiTopics(space: string, partitions: number): TopicSpec[] {
  return [
    {
      name: `${space}.decisions`,
      partitions,
      config: {
        'cleanup.policy': 'delete',
        'retention.ms': String(7 * dayMs),
        'message.timestamp.type': 'LogAppendTime',
        'max.message.bytes': String(decisionBytesMax),
      },
    },
    {
      name: `${space}.verdicts`,
      partitions,
      config: {
        'cleanup.policy': 'delete',
        'retention.ms': String(7 * dayMs),
        'max.message.bytes': String(verdictBytesMax),
      },
    },
    {
      name: `${space}.policies`,
      partitions: 1,
      config: {
        'cleanup.policy': 'compact',
        'min.compaction.lag.ms': String(dayMs),
        'max.message.bytes': String(verdictBytesMax),
      },
    },
    {
      name: `${space}.states`,
      partitions: 1,
      config: {
        'cleanup.policy': 'delete',
        'retention.ms': String(90 * dayMs),
        'max.message.bytes': String(verdictBytesMax),
      },
    },
  ];
}
