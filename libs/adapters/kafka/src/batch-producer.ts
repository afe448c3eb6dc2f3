import type { NewRecord } from '@tutti/runtime';

/**
 * Sends one batch to one partition. The narrow place at which one client library can stand for another: order, chunks,
 * retries and deadlines are the lanes' business.
 */
export interface BatchProducer {
  /**
   * Resolves, when all replicas have it, with the offset of the first record; rejects with the library's own error, or
   * a TuttiError. Called once at a time for each partition.
   */
  produce(topic: string, partition: number, records: readonly NewRecord[]): Promise<number>;
  close(): Promise<void>;
}
