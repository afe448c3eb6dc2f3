import type { JsonObject } from '@tutti/kernel';
import type { ModelDefinition } from '../definition.js';
import { contractsOf } from '../versions/contract-content.js';
import { channelOf, type ChannelName, operationOf, SECURITY } from './async-api-channels.js';
import { decisionMessage } from './decision-message.js';
import { modelMessage, policyMessage, regimeMessage, stateMessage } from './regime-messages.js';
import { sorted } from './sorted-json.js';
import { verdictMessage } from './verdict-message.js';

/** Where the document's space runs. */
export interface AsyncApiPlace {
  /** Prefix of the topics; default: the model's name. */
  space?: string;
  /** Partitions of decisions and verdicts. */
  partitions?: number;
  /** Model revision, as the document's version; default 1. */
  revision?: number;
  /** How participants reach it: the topics of many machines, or HTTP where there are none. Default `topics`. */
  road?: AsyncApiRoad;
  /** Host and port of the HTTP server, where they are known. */
  host?: string;
}

export type AsyncApiRoad = 'topics' | 'http';

/**
 * The messages of a space as an AsyncAPI 3 document (asyncapi.com/docs/reference/specification/v3.0.0), from the view of
 * the backbone: it receives decisions and sends the rest. With topics, headers are those of the CloudEvents Kafka
 * binding in binary mode; over HTTP decisions are posted and verdicts come as server-sent events. The same model gives
 * the same document.
 *
 * @param contracts full type → version in force
 */
export function generateAsyncApi(
  model: ModelDefinition,
  contracts: Readonly<Record<string, number>>,
  place: AsyncApiPlace = {},
): JsonObject {
  const { space = model.model, partitions, revision = 1, road = 'topics', host } = place;
  const messages = messagesOf(model, contracts, road);
  const names = Object.keys(messages) as ChannelName[];
  const about = { space, partitions, road };
  return {
    asyncapi: '3.0.0',
    info: {
      title: `${model.model}: decisions and verdicts`,
      version: String(revision),
      description:
        road === 'topics'
          ? `Topics of the space ${space}. Participants publish decisions and read the rest.`
          : `The space ${space} over HTTP: it runs on one machine and has no topics.`,
    },
    ...(road === 'http' && host !== undefined ? { servers: { http: { host, protocol: 'http' } } } : {}),
    defaultContentType: 'application/json',
    channels: Object.fromEntries(names.map((name) => [name, channelOf(name, Object.keys(messages[name]!), about)])),
    operations: Object.fromEntries(names.map((name) => operationOf(name, Object.keys(messages[name]!), road))),
    components: {
      messages: Object.assign({}, ...Object.values(messages)) as JsonObject,
      securitySchemes: SECURITY[road],
    },
  };
}

function messagesOf(
  model: ModelDefinition,
  contracts: Readonly<Record<string, number>>,
  road: AsyncApiRoad,
): Partial<Record<ChannelName, Record<string, JsonObject>>> {
  const sent = contractsOf(model)
    .filter(({ subject, verb }) => !model.interaction[subject]!.decisions[verb]!.clock)
    .toSorted((left, right) => (left.type < right.type ? -1 : 1));
  const decisions = Object.fromEntries(
    sent.map(({ type, subject, verb }) => [type, decisionMessage(model, subject, verb, type, contracts[type], road)]),
  );
  const verdicts = { verdict: verdictMessage(model, road) };
  if (road === 'http') return { decisions, verdicts };
  return {
    decisions,
    verdicts,
    policies: {
      ...Object.fromEntries(
        sorted(model.policies).map(([name, policy]) => [`policy.${name}`, policyMessage(name, policy)]),
      ),
      model: modelMessage(),
      regime: regimeMessage(model),
    },
    states: { state: stateMessage(model) },
  };
}
