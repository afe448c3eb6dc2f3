import type { JsonObject } from '@tutti/kernel';
import type { ModelDefinition } from '../definition.js';
import { contractsOf } from '../versions/contract-content.js';
import { decisionMessage } from './decision-message.js';
import { policyMessage, regimeMessage, standingMessage, stateMessage } from './regime-messages.js';
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
}

/**
 * The topics of a space as an AsyncAPI 3 document (asyncapi.com/docs/reference/specification/v3.0.0), from the view of
 * the backbone: it receives decisions and sends the rest. Headers are those of the CloudEvents Kafka binding in binary
 * mode. The same model gives the same document.
 *
 * @param contracts full type → version in force
 */
export function generateAsyncApi(
  model: ModelDefinition,
  contracts: Readonly<Record<string, number>>,
  place: AsyncApiPlace = {},
): JsonObject {
  const { space = model.model, partitions, revision = 1 } = place;
  const sent = contractsOf(model)
    .filter(({ subject, verb }) => !model.interaction[subject]!.decisions[verb]!.clock)
    .toSorted((left, right) => (left.type < right.type ? -1 : 1));
  const messages: Record<string, Record<string, JsonObject>> = {
    decisions: Object.fromEntries(
      sent.map(({ type, subject, verb }) => [type, decisionMessage(model, subject, verb, type, contracts[type])]),
    ),
    verdicts: { verdict: verdictMessage(model) },
    policies: {
      ...Object.fromEntries(
        sorted(model.policies).map(([name, policy]) => [`policy.${name}`, policyMessage(name, policy)]),
      ),
      regime: regimeMessage(model),
    },
    states: { state: stateMessage(model) },
    standings: { standing: standingMessage(model) },
  };
  const names = Object.keys(messages);
  return {
    asyncapi: '3.0.0',
    info: {
      title: `${model.model}: decisions and verdicts`,
      version: String(revision),
      description: `Topics of the space ${space}. Participants publish decisions and read the rest.`,
    },
    defaultContentType: 'application/json',
    channels: Object.fromEntries(
      names.map((name) => [name, channel(space, name, Object.keys(messages[name]!), partitions)]),
    ),
    operations: Object.fromEntries(names.map((name) => operation(name, Object.keys(messages[name]!)))),
    components: { messages: Object.assign({}, ...Object.values(messages)) as JsonObject },
  };
}

const ABOUT: Readonly<Record<string, string>> = {
  decisions: 'What participants decide; key = subject, partition = murmur2 of the key.',
  verdicts: 'One verdict on each decision, with the subject as it is after it; key = subject.',
  policies: 'Policies and the regime, whole values; compacted, so the topic is the snapshot.',
  states: 'Closed epochs; key = epoch.',
  standings: 'Standing of each participant; key = participant; compacted.',
};

function channel(space: string, name: string, messages: readonly string[], partitions: number | undefined): JsonObject {
  const shared = name === 'decisions' || name === 'verdicts';
  const count = shared ? partitions : 1;
  return {
    address: `${space}.${name}`,
    description: ABOUT[name] ?? '',
    messages: Object.fromEntries(
      messages.map((message) => [message, { $ref: reference('components/messages', message) }]),
    ),
    bindings: {
      kafka: {
        topic: `${space}.${name}`,
        ...(count === undefined ? {} : { partitions: count }),
        bindingVersion: '0.5.0',
      },
    },
  };
}

function operation(name: string, messages: readonly string[]): [string, JsonObject] {
  const receives = name === 'decisions';
  return [
    `${receives ? 'receive' : 'send'}${name.charAt(0).toUpperCase()}${name.slice(1)}`,
    {
      action: receives ? 'receive' : 'send',
      channel: { $ref: reference('channels', name) },
      messages: messages.map((message) => ({ $ref: reference(`channels/${name}/messages`, message) })),
    },
  ];
}

function reference(path: string, name: string): string {
  return `#/${path}/${name.replaceAll('~', '~0').replaceAll('/', '~1')}`;
}
