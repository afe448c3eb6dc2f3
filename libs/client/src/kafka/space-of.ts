import { TuttiError } from '@tutti/kernel';
import { KafkaFault, type KafkaPort } from './kafka-port.js';

const DECISIONS = '.decisions';

/**
 * The space whose topics these brokers have.
 *
 * @throws KafkaFault; TuttiError `unknown-topic` where there is none, or there are several
 */
export async function spaceOn(port: KafkaPort): Promise<string> {
  const topics = await port.topics();
  const spaces = topics.filter((name) => name.endsWith(DECISIONS)).map((name) => name.slice(0, -DECISIONS.length));
  if (spaces.length === 1) return spaces[0]!;
  if (spaces.length === 0) throw new KafkaFault('unknown-topic', 'no topic that one may see is called SPACE.decisions');
  throw new TuttiError('unknown-topic', `several spaces have topics here: ${spaces.toSorted().join(', ')}`, {
    where: 'kafka.space',
    mend: 'say which: kafka: { space }, or TUTTI_SPACE',
  });
}
