import { TuttiError } from '@tutti/kernel';
import { createParser, type EventSourceMessage } from 'eventsource-parser';
import { type Http, NoAnswer, replyOf } from './http.js';
import type { Lifetime } from './lifetime.js';
import { notRecorded } from './problem.js';

/** One step of a stream: an event, or only a place further on. */
export interface StreamStep {
  /** Place after this step; give it back to go on there. */
  cursor: string | undefined;
  event?: { name: string; data: string };
}

/** The backbone sends a heartbeat every 15 s; three missed ones mean that it is gone. */
const SILENCE_MOST_MS = 45_000;

/**
 * Reads one server-sent event stream until it ends. The next bytes are read only when the last step has been taken, so
 * a slow reader slows the backbone's sending, not its own memory.
 *
 * @throws NoAnswer where the connection is not there, or was lost; NotRecordedError where the backbone refuses
 */
export async function* eventStream(
  http: Http,
  lifetime: Lifetime,
  path: string,
  cursor: string | undefined,
  onOpen: () => void,
): AsyncGenerator<StreamStep, void, undefined> {
  const abort = new AbortController();
  const forget = lifetime.onClose(() => abort.abort(new Error('closed')));
  const watch = new Watchdog(abort);
  try {
    watch.start();
    const response = await http.open(
      {
        method: 'GET',
        path,
        headers: { accept: 'text/event-stream', ...(cursor === undefined ? {} : { 'last-event-id': cursor }) },
      },
      abort.signal,
    );
    if (response.status !== 200) {
      throw notRecorded(await replyOf(response), path);
    }
    onOpen();
    yield* steps(response, watch);
  } catch (error) {
    if (error instanceof NoAnswer || error instanceof TuttiError) throw error;
    throw new NoAnswer(false, error);
  } finally {
    watch.stop();
    forget();
    abort.abort();
  }
}

async function* steps(response: Response, watch: Watchdog): AsyncGenerator<StreamStep, void, undefined> {
  let ready: StreamStep[] = [];
  let cursor: string | undefined;
  const parser = createParser({
    onId(id) {
      cursor = id;
      ready.push({ cursor });
    },
    onEvent(message: EventSourceMessage) {
      const last = ready.at(-1);
      const event = { name: message.event ?? 'message', data: message.data };
      // `onId` came just before for an event with an id: both are one step.
      if (message.id !== undefined && last !== undefined && last.event === undefined) last.event = event;
      else ready.push({ cursor, event });
    },
  });
  const decoder = new TextDecoder();
  const reader = response.body!.getReader();
  try {
    for (;;) {
      watch.start();
      const { done, value } = await reader.read();
      watch.stop();
      if (done) return;
      parser.feed(decoder.decode(value, { stream: true }));
      const taken = ready;
      ready = [];
      yield* taken;
    }
  } finally {
    await reader.cancel().catch(() => {});
  }
}

/** Ends a stream on which nothing comes any more. Runs only while bytes are waited for. */
class Watchdog {
  readonly #abort: AbortController;
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(abort: AbortController) {
    this.#abort = abort;
  }

  start(): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#abort.abort(new Error('the stream fell silent')), SILENCE_MOST_MS);
  }

  stop(): void {
    clearTimeout(this.#timer);
  }
}
