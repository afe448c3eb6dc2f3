import { parentPort, workerData } from 'node:worker_threads';
import { openDatabase } from '../database.js';
import { toPortable } from '../portable-error.js';
import { BlockWriter, type AppendOutcome } from './block-writer.js';
import { JOURNAL_FORMAT } from './journal-format.js';
import type { WriterAnswer, WriterRequest } from './writer-messages.js';

/* The writing thread: compresses and writes blocks while others are judged. One request after the other. */
const path = workerData as string;
const port = parentPort!;
let writer: BlockWriter | undefined;
let turn: Promise<void> = Promise.resolve();

async function handle(request: WriterRequest): Promise<AppendOutcome[] | undefined> {
  // Opened at the first request, so that a file that cannot be opened has its error.
  writer ??= new BlockWriter(openDatabase(path, JOURNAL_FORMAT), path);
  switch (request.tell) {
    case 'write':
      return writer.write(request.appends);
    case 'limitSize':
      await writer.limitSize(request.bytesMax);
      return undefined;
    case 'close':
      await writer.close();
      return undefined;
    default:
      return request satisfies never;
  }
}

port.on('message', (request: WriterRequest) => {
  turn = turn.then(async () => {
    let answer: WriterAnswer;
    try {
      answer = { done: await handle(request) };
    } catch (error) {
      answer = { failure: toPortable(error) };
    }
    port.postMessage(answer);
    if (request.tell === 'close') port.close();
  });
});
