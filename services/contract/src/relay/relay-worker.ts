import { parentPort, workerData } from 'node:worker_threads';
import { KafkaLog, RelayProducer } from '@tutti/adapter-kafka';
import { TuttiError } from '@tutti/kernel';
import { type RelayPort, type RelayReport, type RelayRequest, runRelay, serveRelay } from '@tutti/runtime';
import { openJournal, Undo } from '@tutti/service';
import type { RelayPlace } from './relay-place.js';

/**
 * Entry of the relay's thread: it reads the journal and writes the topic by connections of its own, so that judging does
 * not wait for it. Where a server is away, or it fails otherwise, the thread ends; it is begun again by the one that
 * judges, which says so in readiness meanwhile.
 */
async function serve(port: RelayPort<RelayRequest, RelayReport>): Promise<void> {
  const { space, journalUrl, kafka } = workerData as RelayPlace;
  const undo = new Undo();
  const journal = await openJournal(journalUrl);
  undo.add(() => journal.close());
  const log = await KafkaLog.connect(kafka, new RelayProducer(kafka));
  undo.add(() => log.close());
  serveRelay(port, runRelay({ journal, log, space }), () => undo.all());
}

if (parentPort === null) {
  throw new TuttiError('internal', 'the relay is a thread of the contract service, no process of its own');
}
await serve(parentPort);
