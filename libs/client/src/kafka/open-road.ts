import type { Caller } from '../caller.js';
import type { Road } from '../road.js';
import { checkKafkaOptions, type KafkaOptions } from './kafka-options.js';
import { KafkaJsPort } from './kafkajs-port.js';
import { KafkaRoad } from './kafka-road.js';

/**
 * The way over these brokers, by kafkajs.
 *
 * @throws TuttiError `malformed`, `kafkajs-missing`
 */
export async function openRoad(given: KafkaOptions, participant: string | undefined, caller: Caller): Promise<Road> {
  checkKafkaOptions(given);
  const { space = globalThis.process?.env['TUTTI_SPACE'] } = given;
  const port = await KafkaJsPort.load({
    clientId: participant === undefined ? 'tutti' : `tutti-${participant}`,
    ...given,
  });
  const readsVerdicts = (given.verdicts ?? (caller.http.isThere ? 'http' : 'topic')) === 'topic';
  return new KafkaRoad(port, caller.lifetime, { space, readsVerdicts });
}
