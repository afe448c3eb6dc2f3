import type {
  sendUnaryData,
  Server,
  ServerReadableStream,
  ServerUnaryCall,
  ServerWritableStream,
  UntypedServiceImplementation,
} from '@grpc/grpc-js';
import { KeptStreams, type KeptEvent } from './kept-streams.js';
import {
  appendAnswer,
  appendTarget,
  clusterAnswer,
  confirmationAnswer,
  deleteAnswer,
  deletedStream,
  eventAnswer,
  failureStatus,
  featuresAnswer,
  GossipService,
  grpc,
  notFoundAnswer,
  proposedEvent,
  ServerFeaturesService,
  StreamsService,
  wantedOf,
  type streams,
  type Wanted,
} from './wire.js';

/** Most bytes of events a server takes in one append. */
export const MAX_APPEND_BYTES = 1_048_576;

/** How an append that was written is answered all the same. */
export type LostAnswer = 'connection-lost' | 'silence';

type AppendCall = ServerReadableStream<streams.AppendReq, streams.AppendResp>;
type ReadCall = ServerWritableStream<streams.ReadReq, streams.ReadResp>;

/**
 * A server that speaks EventStoreDB's protocol, made of the client's own service definitions, with the faults of real
 * ones on demand. Its data outlive it: it may be stopped and started again.
 */
export class EventStoreDouble {
  /** What was asked of it so far. */
  readonly asked = { appends: 0, batchAppends: 0, reads: 0, subscriptions: 0, eventsSent: 0 };
  /** Calls it has not ended. */
  readonly open = new Set<object>();
  /** Wait before each answer, milliseconds. */
  latencyMs = 0;
  maxAppendBytes = MAX_APPEND_BYTES;
  /** Refuses every call as one that only the leader takes, and says who that is. */
  leader: { host: string; port: number } | undefined;
  /** What it says of its cluster: addresses of the nodes, the leader first. */
  cluster: readonly { host: string; port: number }[] = [];
  /** Subscriptions are confirmed and then tell nothing. */
  mute = false;
  /** Streams that were deleted for ever. */
  readonly deleted = new Set<string>();
  /** Refuses every call as one the user may not make. */
  denied = false;

  private readonly lost: LostAnswer[] = [];
  private readonly subscriptions = new Set<ReadCall>();
  private frozen: PromiseWithResolvers<void> | undefined;
  private server: Server | undefined;
  private port = 0;

  /** @param kept what it keeps; servers of one cluster keep the same */
  constructor(readonly kept = new KeptStreams()) {}

  /** Connection string for it. */
  get url(): string {
    return `esdb://127.0.0.1:${this.port}?tls=false`;
  }

  get address(): { host: string; port: number } {
    return { host: '127.0.0.1', port: this.port };
  }

  get subscribers(): number {
    return this.subscriptions.size;
  }

  /** Listens on a free port, or after a stop on the same one. */
  async start(): Promise<this> {
    const server = new grpc.Server({ 'grpc.max_receive_message_length': 17 * 1024 * 1024 });
    server.addService(StreamsService as never, this.streamsService());
    server.addService(ServerFeaturesService as never, {
      getSupportedMethods: (_: unknown, answer: sendUnaryData<unknown>) => answer(null, featuresAnswer()),
    });
    server.addService(GossipService as never, {
      read: (_: unknown, answer: sendUnaryData<unknown>) => answer(null, clusterAnswer(this.cluster)),
    });
    this.port = await new Promise<number>((resolve, reject) => {
      server.bindAsync(`127.0.0.1:${this.port}`, grpc.ServerCredentials.createInsecure(), (error, port) => {
        if (error === null) resolve(port);
        else reject(error);
      });
    });
    this.server = server;
    return this;
  }

  /** Ends at once, as a process that is killed: connections break, what was written stays. */
  stop(): void {
    this.server?.forceShutdown();
    this.server = undefined;
    this.thaw();
    this.kept.forget();
    this.subscriptions.clear();
    this.open.clear();
  }

  /** Answers nothing, as a process that is stopped by SIGSTOP: connections stay. */
  freeze(): void {
    this.frozen ??= Promise.withResolvers();
  }

  /** Goes on where it froze: what was asked meanwhile is carried out now. */
  thaw(): void {
    this.frozen?.resolve();
    this.frozen = undefined;
  }

  /** The next appends are written, and not answered well. */
  loseAnswers(...how: LostAnswer[]): void {
    this.lost.push(...how);
  }

  /** Drops all subscriptions, as a server does with consumers that are slow. */
  dropSubscriptions(): void {
    for (const call of this.subscriptions) call.emit('error', failureStatus(grpc.status.ABORTED, 'consumer too slow'));
  }

  private streamsService(): UntypedServiceImplementation {
    return {
      append: (call: AppendCall, answer: sendUnaryData<streams.AppendResp>) => void this.append(call, answer),
      read: (call: ReadCall) => void this.read(call),
      batchAppend: (call: ServerWritableStream<unknown, unknown>) => {
        this.asked.batchAppends += 1;
        call.emit('error', failureStatus(grpc.status.UNIMPLEMENTED, 'the double takes single appends'));
      },
      delete: (
        call: ServerUnaryCall<streams.DeleteReq, streams.DeleteResp>,
        answer: sendUnaryData<streams.DeleteResp>,
      ) => {
        this.kept.streams.delete(deletedStream(call.request));
        answer(null, deleteAnswer());
      },
      tombstone: (_: unknown, answer: sendUnaryData<unknown>) =>
        answer(failureStatus(grpc.status.UNIMPLEMENTED, 'the double deletes no stream for ever')),
    };
  }

  private async append(call: AppendCall, answer: sendUnaryData<streams.AppendResp>): Promise<void> {
    this.asked.appends += 1;
    this.track(call);
    const messages: streams.AppendReq[] = [];
    call.on('data', (message: streams.AppendReq) => messages.push(message));
    await new Promise((resolve) => call.once('end', resolve));
    await this.beforeAnswer();
    const { stream, expected } = appendTarget(messages[0]!.getOptions()!);
    const refusal = this.refusal(stream);
    if (refusal !== undefined) return this.end(call, () => answer(refusal));
    const events = messages.slice(1).map((message) => proposedEvent(message.getProposedMessage()!));
    if (events.reduce((sum, event) => sum + bytesOf(event), 0) > this.maxAppendBytes) {
      return this.end(call, () => answer(tooLarge(this.maxAppendBytes)));
    }
    const outcome = this.kept.append(stream, expected, events);
    const lost = this.lost.shift();
    if (lost === 'silence') return;
    if (lost === 'connection-lost') {
      return this.end(call, () => answer(failureStatus(grpc.status.UNAVAILABLE, 'connection lost')));
    }
    this.end(call, () => answer(null, appendAnswer(expected, outcome)));
  }

  private async read(call: ReadCall): Promise<void> {
    this.track(call);
    const wanted = wantedOf(call.request);
    this.asked[wanted.live ? 'subscriptions' : 'reads'] += 1;
    await this.beforeAnswer();
    if (call.cancelled) return;
    const refusal = this.refusal(wanted.stream);
    if (refusal !== undefined) {
      this.end(call, () => call.emit('error', refusal));
      return;
    }
    if (wanted.live) this.subscribe(call, wanted);
    else await this.sendPage(call, wanted);
  }

  private async sendPage(call: ReadCall, wanted: Wanted): Promise<void> {
    const events = this.kept.streams.get(wanted.stream);
    if (events === undefined) {
      call.write(notFoundAnswer(wanted.stream));
      this.end(call, () => call.end());
      return;
    }
    const step = wanted.backwards ? -1 : 1;
    let number = startOf(wanted, events.length);
    for (let sent = 0; sent < wanted.count && events[number] !== undefined && !call.cancelled; sent += 1) {
      if (!this.send(call, wanted.stream, number, events[number]!)) {
        await new Promise<void>((resolve) => {
          call.once('drain', resolve);
          call.once('cancelled', resolve);
        });
      }
      number += step;
    }
    this.end(call, () => call.end());
  }

  private subscribe(call: ReadCall, wanted: Wanted): void {
    let next = startOf(wanted, this.kept.streams.get(wanted.stream)?.length ?? 0);
    if (wanted.from === 'end') next = this.kept.streams.get(wanted.stream)?.length ?? 0;
    this.subscriptions.add(call);
    call.write(confirmationAnswer(`subscription-${this.asked.subscriptions}`));
    const push = (stream: string): void => {
      if (stream !== wanted.stream || this.mute || this.frozen !== undefined) return;
      const events = this.kept.streams.get(stream) ?? [];
      for (; next < events.length; next += 1) this.send(call, stream, next, events[next]!);
    };
    const stop = this.kept.listen(push);
    const gone = (): void => {
      stop();
      this.subscriptions.delete(call);
    };
    call.once('cancelled', gone);
    call.once('error', gone);
    push(wanted.stream);
  }

  private send(call: ReadCall, stream: string, number: number, event: KeptEvent): boolean {
    this.asked.eventsSent += 1;
    return call.write(eventAnswer(stream, number, event));
  }

  private async beforeAnswer(): Promise<void> {
    if (this.latencyMs > 0) await new Promise((resolve) => setTimeout(resolve, this.latencyMs));
    await this.frozen?.promise;
  }

  private refusal(stream: string) {
    if (this.deleted.has(stream)) {
      const trailers = { exception: 'stream-deleted', 'stream-name': stream };
      return failureStatus(grpc.status.FAILED_PRECONDITION, `Event stream '${stream}' is deleted.`, trailers);
    }
    if (this.denied) return failureStatus(grpc.status.PERMISSION_DENIED, 'denied', { exception: 'access-denied' });
    if (this.leader === undefined) return undefined;
    return failureStatus(grpc.status.NOT_FOUND, 'leader info available', {
      exception: 'not-leader',
      'leader-endpoint-host': this.leader.host,
      'leader-endpoint-port': String(this.leader.port),
    });
  }

  private track(call: AppendCall | ReadCall): void {
    this.open.add(call);
    call.once('cancelled', () => this.open.delete(call));
  }

  private end(call: AppendCall | ReadCall, answer: () => void): void {
    this.open.delete(call);
    answer();
  }
}

function startOf({ from, backwards }: Wanted, length: number): number {
  if (from === 'start') return 0;
  if (from === 'end') return backwards ? length - 1 : length;
  return from;
}

function bytesOf({ data, customMetadata, metadata }: KeptEvent): number {
  return data.byteLength + customMetadata.byteLength + (metadata.get('type') ?? '').length;
}

function tooLarge(bytesMax: number) {
  return failureStatus(grpc.status.INVALID_ARGUMENT, `Maximum Append Size of ${bytesMax} Exceeded.`, {
    exception: 'maximum-append-size-exceeded',
    'maximum-append-size': String(bytesMax),
  });
}
