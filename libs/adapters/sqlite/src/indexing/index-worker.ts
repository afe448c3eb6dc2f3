import { parentPort, workerData } from 'node:worker_threads';
import { toPortable } from '../portable-error.js';
import { SqliteJournal } from '../journal/sqlite-journal.js';
import { JournalIndex } from './journal-index.js';
import type { WorkerAnswer, WorkerQuestion, WorkerStart } from './worker-messages.js';

/*
 * The index's thread. Answers questions, and reads on by itself: to the end while the journal is quiet, a little at a
 * time while it grows, so that it takes no time from judging where cores are few, and a question never waits for all
 * there is.
 */
const LOOK_EVERY_MS = 1_000;
/** Records a second above which the journal counts as busy. */
const BUSY_RECORDS = 2_000;

const port = parentPort!;
const { journalPath, indexPath } = workerData as WorkerStart;
const journal = SqliteJournal.open(journalPath, { readOnly: true });
const index = JournalIndex.open(indexPath, journal);

let seen = 0;
let looking = false;
const timer = setInterval(() => void look(), LOOK_EVERY_MS);

async function look(): Promise<void> {
  if (looking) return;
  looking = true;
  try {
    const records = await index.records();
    const isBusy = records - seen > BUSY_RECORDS;
    seen = records;
    await index.catchUp(isBusy ? 1 : Infinity);
  } catch {
    // Whoever asks next is told; until then it is tried again.
  } finally {
    looking = false;
  }
}

async function answer(question: WorkerQuestion): Promise<unknown> {
  switch (question.ask) {
    case 'find':
      return index.find(question.source, question.id);
    case 'edges':
      return index.edges();
    case 'contractUse':
      return index.contractUse();
    case 'close':
      clearInterval(timer);
      await index.close();
      await journal.close();
      return undefined;
    default:
      return question satisfies never;
  }
}

port.on('message', (question: WorkerQuestion) => {
  const { number } = question;
  void answer(question)
    .then(
      (found): WorkerAnswer => ({ number, answer: found }),
      (error: unknown): WorkerAnswer => ({ number, failure: toPortable(error) }),
    )
    .then((message) => {
      port.postMessage(message);
      if (question.ask === 'close') port.close();
    });
});
