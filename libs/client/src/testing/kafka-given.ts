import { onTestFinished } from 'vitest';
import { Caller } from '../caller.js';
import { Decider } from '../decider.js';
import { Http } from '../http.js';
import { KafkaRoad } from '../kafka/kafka-road.js';
import { Lifetime } from '../lifetime.js';
import { PolicySnapshot } from '../policy.js';
import type { Signer } from '../signer.js';
import { Tutti } from '../tutti.js';
import { BackboneDouble, KafkaDouble } from './kafka-double.js';

export const P = 4;
export const DECISIONS = 'shop.decisions';
export const VERDICTS = 'shop.verdicts';

/** Brokers with a space on them, a backbone that answers, and clients without HTTP. */
export function given(options: { space?: string; signer?: Signer; timeoutMs?: number } = {}) {
  const kafka = new KafkaDouble();
  kafka.createTopic(DECISIONS, P);
  kafka.createTopic(VERDICTS, P);
  const backbone = new BackboneDouble(kafka, 'shop');
  const client = (timeoutMs = options.timeoutMs ?? 5_000): Tutti => {
    const lifetime = new Lifetime();
    const http = new Http({ url: undefined, connections: 1, fetch });
    const caller = new Caller(http, lifetime, 1_000);
    const road = new KafkaRoad(kafka.port(), lifetime, { space: options.space, readsVerdicts: true });
    const { signer } = options;
    const nowMs = (): number => kafka.nowMs;
    const participant = 'seller-3';
    const decider = new Decider(caller, { participant, signer, timeoutMs, attemptTimeoutMs: 1_000, nowMs, road });
    const tutti = new Tutti({ caller, decider, policies: new PolicySnapshot(caller), participant, timeoutMs, road });
    onTestFinished(() => tutti.close());
    return tutti;
  };
  return { kafka, backbone, client, tutti: client() };
}

/** A decision; what is left out has a usual value. */
export const ship = (subject: string, more: object = {}) => ({ type: 'order.ship', subject, data: { n: 1 }, ...more });
