import { createRequire } from 'node:module';
import type * as GrpcModule from '@grpc/grpc-js';
import { GossipService } from '@eventstore/db-client/generated/gossip_grpc_pb.js';
import gossip from '@eventstore/db-client/generated/gossip_pb.js';
import { ServerFeaturesService } from '@eventstore/db-client/generated/serverfeatures_grpc_pb.js';
import features from '@eventstore/db-client/generated/serverfeatures_pb.js';
import shared from '@eventstore/db-client/generated/shared_pb.js';
import { StreamsService } from '@eventstore/db-client/generated/streams_grpc_pb.js';
import streams from '@eventstore/db-client/generated/streams_pb.js';
import type { Appended, Expected, KeptEvent } from './kept-streams.js';

/** The client's own gRPC library: a server made of another copy would not know its messages. */
export const grpc = createRequire(createRequire(import.meta.url).resolve('@eventstore/db-client'))(
  '@grpc/grpc-js',
) as typeof GrpcModule;

export { GossipService, ServerFeaturesService, StreamsService };
export type { streams };

/** An event proposed in an append. */
export function proposedEvent(message: streams.AppendReq.ProposedMessage): KeptEvent {
  return {
    id: message.getId()!.getString(),
    data: message.getData_asU8(),
    customMetadata: message.getCustomMetadata_asU8(),
    metadata: new Map(message.getMetadataMap().toArray() as [string, string][]),
  };
}

/** Stream and expected end of an append. */
export function appendTarget(options: streams.AppendReq.Options): { stream: string; expected: Expected } {
  const stream = nameOf(options.getStreamIdentifier());
  if (options.hasNoStream()) return { stream, expected: 'no-stream' };
  if (options.hasAny()) return { stream, expected: 'any' };
  if (options.hasStreamExists()) return { stream, expected: 'stream-exists' };
  return { stream, expected: Number(options.getRevision()) };
}

export function appendAnswer(expected: Expected, outcome: Appended): streams.AppendResp {
  const answer = new streams.AppendResp();
  if ('written' in outcome) {
    const success = new streams.AppendResp.Success();
    success.setCurrentRevision(String(outcome.written));
    success.setNoPosition(new shared.Empty());
    answer.setSuccess(success);
    return answer;
  }
  const wrong = new streams.AppendResp.WrongExpectedVersion();
  if (outcome.current === undefined) wrong.setCurrentNoStream(new shared.Empty());
  else wrong.setCurrentRevision(String(outcome.current));
  if (expected === 'no-stream') wrong.setExpectedNoStream(new shared.Empty());
  else if (expected === 'any') wrong.setExpectedAny(new shared.Empty());
  else if (expected === 'stream-exists') wrong.setExpectedStreamExists(new shared.Empty());
  else wrong.setExpectedRevision(String(expected));
  answer.setWrongExpectedVersion(wrong);
  return answer;
}

export function deletedStream(request: streams.DeleteReq): string {
  return nameOf(request.getOptions()!.getStreamIdentifier());
}

export function deleteAnswer(): streams.DeleteResp {
  const answer = new streams.DeleteResp();
  answer.setNoPosition(new shared.Empty());
  return answer;
}

/** What a read asks for: events of one stream. */
export interface Wanted {
  stream: string;
  from: number | 'start' | 'end';
  backwards: boolean;
  count: number;
  live: boolean;
}

export function wantedOf(request: streams.ReadReq): Wanted {
  const options = request.getOptions()!;
  const stream = options.getStream()!;
  const from = stream.hasStart() ? 'start' : stream.hasEnd() ? 'end' : Number(stream.getRevision());
  return {
    stream: nameOf(stream.getStreamIdentifier()),
    from,
    backwards: options.getReadDirection() === 1,
    count: Number(options.getCount()),
    live: options.hasSubscription(),
  };
}

export function eventAnswer(stream: string, number: number, event: KeptEvent): streams.ReadResp {
  const recorded = new streams.ReadResp.ReadEvent.RecordedEvent();
  const id = new shared.UUID();
  id.setString(event.id);
  recorded.setId(id);
  recorded.setStreamIdentifier(identifier(stream));
  recorded.setStreamRevision(String(number));
  recorded.setPreparePosition('0');
  recorded.setCommitPosition('0');
  for (const [key, value] of event.metadata) recorded.getMetadataMap().set(key, value);
  recorded.getMetadataMap().set('created', '17724465041200000');
  recorded.setCustomMetadata(event.customMetadata);
  recorded.setData(event.data);
  const read = new streams.ReadResp.ReadEvent();
  read.setEvent(recorded);
  read.setNoPosition(new shared.Empty());
  const answer = new streams.ReadResp();
  answer.setEvent(read);
  return answer;
}

export function notFoundAnswer(stream: string): streams.ReadResp {
  const notFound = new streams.ReadResp.StreamNotFound();
  notFound.setStreamIdentifier(identifier(stream));
  const answer = new streams.ReadResp();
  answer.setStreamNotFound(notFound);
  return answer;
}

export function confirmationAnswer(subscription: string): streams.ReadResp {
  const confirmation = new streams.ReadResp.SubscriptionConfirmation();
  confirmation.setSubscriptionId(subscription);
  const answer = new streams.ReadResp();
  answer.setConfirmation(confirmation);
  return answer;
}

/** A server with the way of appending that can end its client (BatchAppend): ours must not take it. */
export function featuresAnswer(): features.SupportedMethods {
  const method = new features.SupportedMethod();
  method.setServiceName('event_store.client.streams.streams');
  method.setMethodName('batchappend');
  const answer = new features.SupportedMethods();
  answer.setEventStoreServerVersion('23.10.0');
  answer.setMethodsList([method]);
  return answer;
}

/** Nodes of a cluster, the leader first. */
export function clusterAnswer(nodes: readonly { host: string; port: number }[]): gossip.ClusterInfo {
  const answer = new gossip.ClusterInfo();
  for (const [index, { host, port }] of nodes.entries()) {
    const address = new gossip.EndPoint();
    address.setAddress(host);
    address.setPort(port);
    const member = new gossip.MemberInfo();
    member.setInstanceId(new shared.UUID());
    member.setTimeStamp('0');
    member.setIsAlive(true);
    const { LEADER, FOLLOWER } = gossip.MemberInfo.VNodeState;
    member.setState(index === 0 ? LEADER : FOLLOWER);
    member.setHttpEndPoint(address);
    answer.addMembers(member);
  }
  return answer;
}

/** A failure as a server says it: a gRPC status, and for some a kind with facts in the trailers. */
export function failureStatus(code: number, details: string, trailers: Record<string, string> = {}) {
  const metadata = new grpc.Metadata();
  for (const [key, value] of Object.entries(trailers)) metadata.set(key, value);
  return Object.assign(new Error(details), { code, details, metadata });
}

function identifier(stream: string): shared.StreamIdentifier {
  const result = new shared.StreamIdentifier();
  result.setStreamName(Uint8Array.from(Buffer.from(stream, 'utf8')));
  return result;
}

function nameOf(stream: shared.StreamIdentifier | undefined): string {
  return Buffer.from(stream!.getStreamName_asU8()).toString('utf8');
}
