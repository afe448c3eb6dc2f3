import type { KafkaOptions } from '@tutti/adapter-kafka';

/** Where the relay's journal and topics are; plain data, handed to its thread. */
export interface RelayPlace {
  space: string;
  journalUrl: string;
  /** Without its logger, which no thread can be handed. */
  kafka: Omit<KafkaOptions, 'logger'>;
}

/** The module that the relay's thread runs. */
export const RELAY_ENTRY = new URL('./relay-worker.js', import.meta.url);
