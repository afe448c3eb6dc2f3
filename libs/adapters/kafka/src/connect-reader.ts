import { setTimeout } from 'node:timers/promises';
import type { TuttiError } from '@tutti/kernel';
import type { Kafka } from 'kafkajs';
import { LogReader } from './log-reader.js';
import type { KafkaOptions } from './options.js';

const retryFirstMs = 100;
const retryMostMs = 2_000;

/**
 * A reader to which a broker has answered.
 *
 * @throws TuttiError `log-unavailable` where none did within `connectTimeoutMs`; `log-refused`
 */
export async function connectReader(kafka: Kafka, options: KafkaOptions): Promise<LogReader> {
  const reader = new LogReader(kafka, options.brokers.join(','));
  const deadlineMs = Date.now() + (options.connectTimeoutMs ?? 30_000);
  for (let waitMs = retryFirstMs; ; waitMs = Math.min(2 * waitMs, retryMostMs)) {
    try {
      await reader.connect();
      return reader;
    } catch (error) {
      if (!(error as TuttiError).retryable || Date.now() + waitMs >= deadlineMs) {
        await reader.close();
        throw error;
      }
      await setTimeout(waitMs);
    }
  }
}
