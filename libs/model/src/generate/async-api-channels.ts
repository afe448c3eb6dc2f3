import type { Json, JsonObject } from '@tutti/kernel';
import type { AsyncApiRoad } from './async-api.js';

export type ChannelName = 'decisions' | 'verdicts' | 'policies' | 'states';

const DAY_MS = 86_400_000;

const TOPICS: Readonly<Record<ChannelName, { about: string; cleanup: 'delete' | 'compact'; days?: number }>> = {
  decisions: {
    about: 'What participants decide; key = subject, partition = murmur2 of the key.',
    cleanup: 'delete',
    days: 7,
  },
  verdicts: {
    about:
      'One verdict on each decision, with the subject as it is after it; key = subject. At least once, in order: drop what has no greater ce_revision than the last one of its partition.',
    cleanup: 'delete',
    days: 7,
  },
  policies: {
    about: 'Policies and the regime, whole values; compacted, so the topic is the snapshot.',
    cleanup: 'compact',
  },
  states: { about: 'Closed epochs; key = epoch.', cleanup: 'delete', days: 90 },
};

const PATHS: Readonly<Record<'decisions' | 'verdicts', { path: string; method: string; about: string }>> = {
  decisions: {
    path: '/v1/decisions',
    method: 'POST',
    about:
      'What participants decide, in binary mode; the answer is the verdict. Structured and batched: /openapi.json.',
  },
  verdicts: {
    path: '/v1/verdicts/stream',
    method: 'GET',
    about: 'Verdicts as server-sent events (`event: verdict`); a cursor in `id`, to go on with `Last-Event-ID`.',
  },
};

/** How a caller proves who it is, by road. Decisions are proven by their signature besides. */
export const SECURITY: Readonly<Record<AsyncApiRoad, JsonObject>> = {
  topics: {
    scram: { type: 'scramSha512', description: 'SASL over TLS, as the brokers are set up; rights by topic.' },
    certificate: { type: 'X509', description: 'A client certificate, as the brokers are set up; rights by topic.' },
  },
  http: {
    token: { type: 'http', scheme: 'bearer', description: 'A token of the participant, or a JWT of the issuer.' },
  },
};

/** A channel: a topic, or an address of HTTP. */
export function channelOf(
  name: ChannelName,
  messages: readonly string[],
  { space, partitions, road }: { space: string; partitions: number | undefined; road: AsyncApiRoad },
): JsonObject {
  const references = Object.fromEntries(
    messages.map((message) => [message, { $ref: reference('components/messages', message) }]),
  );
  if (road === 'http') {
    const { path, about } = pathOf(name);
    return { address: path, description: about, messages: references };
  }
  const { about, cleanup, days } = TOPICS[name];
  const count = name === 'decisions' || name === 'verdicts' ? partitions : 1;
  return {
    address: `${space}.${name}`,
    description: about,
    messages: references,
    bindings: {
      kafka: {
        topic: `${space}.${name}`,
        ...(count === undefined ? {} : { partitions: count }),
        topicConfiguration: {
          'cleanup.policy': [cleanup],
          ...(days === undefined ? {} : { 'retention.ms': days * DAY_MS }),
        },
        bindingVersion: '0.5.0',
      },
    },
  };
}

/** What the backbone does with a channel, by name. */
export function operationOf(name: ChannelName, messages: readonly string[], road: AsyncApiRoad): [string, JsonObject] {
  const action = name === 'decisions' ? 'receive' : 'send';
  const http = (): Json => ({ http: { method: pathOf(name).method, bindingVersion: '0.3.0' } });
  return [
    `${action}${name.charAt(0).toUpperCase()}${name.slice(1)}`,
    {
      action,
      channel: { $ref: reference('channels', name) },
      messages: messages.map((message) => ({ $ref: reference(`channels/${name}/messages`, message) })),
      security: Object.keys(SECURITY[road]).map((scheme) => ({
        $ref: reference('components/securitySchemes', scheme),
      })),
      ...(road === 'http' ? { bindings: http() } : {}),
    },
  ];
}

function pathOf(name: ChannelName): (typeof PATHS)['decisions'] {
  return name === 'decisions' ? PATHS.decisions : PATHS.verdicts;
}

function reference(path: string, name: string): string {
  return `#/${path}/${name.replaceAll('~', '~0').replaceAll('/', '~1')}`;
}
