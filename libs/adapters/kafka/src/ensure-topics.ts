import { TuttiError } from '@tutti/kernel';
import kafkajs, { type Admin, type ITopicConfig } from 'kafkajs';
import { kafkaClient } from './kafka-client.js';
import { kafkaError } from './kafka-errors.js';
import type { KafkaOptions } from './options.js';
import type { TopicSpec } from './tutti-topics.js';

/** One thing in which a topic that is there is not as wanted. */
export interface TopicDifference {
  topic: string;
  /** `partitions`, or the name of a setting. */
  setting: string;
  wanted: string;
  found: string;
  /** Whether a space cannot work so; how long records are kept, say, is the operators' choice. */
  binding: boolean;
  [more: string]: string | boolean;
}

/** What was made, and how what was there already compares. */
export interface TopicReport {
  created: string[];
  present: string[];
  differences: TopicDifference[];
}

export interface EnsureTopicsOptions {
  /** Copies of each partition. Default: the brokers'. */
  replicationFactor?: number;
  /** Only compares; what is missing differs in `partitions`, found 0. */
  compareOnly?: boolean;
}

/** A space does not work with these otherwise. `max.message.bytes` may be more. */
const binding = new Set(['partitions', 'cleanup.policy', 'message.timestamp.type']);

/**
 * Makes the topics that are not there, and compares those that are; changes nothing that is there.
 *
 * @throws TuttiError `log-unavailable`, `log-refused`
 */
export async function ensureTopics(
  options: KafkaOptions,
  specs: readonly TopicSpec[],
  { replicationFactor = -1, compareOnly = false }: EnsureTopicsOptions = {},
): Promise<TopicReport> {
  const admin = kafkaClient(options).admin();
  try {
    await admin.connect();
    const there = new Set(await admin.listTopics());
    const missing = specs.filter(({ name }) => !there.has(name));
    if (!compareOnly && missing.length > 0) await create(admin, missing, replicationFactor);
    const present = specs.filter(({ name }) => there.has(name));
    const differences = await compare(admin, present);
    if (compareOnly) differences.push(...missing.map(absent));
    return {
      created: compareOnly ? [] : missing.map(({ name }) => name),
      present: present.map(({ name }) => name),
      differences,
    };
  } catch (error) {
    throw kafkaError(error, options.brokers.join(','));
  } finally {
    await admin.disconnect().catch(() => {});
  }
}

/**
 * @throws TuttiError `topic-differs` where a difference is one with which a space cannot work; all are in
 *   `facts.differences`
 */
export function assertTopics({ differences }: TopicReport): void {
  const serious = differences.filter(({ binding: isBinding }) => isBinding);
  if (serious.length === 0) return;
  const texts = serious.map(({ topic, setting, wanted, found }) => `${topic}: ${setting} is ${found}, not ${wanted}`);
  throw new TuttiError('topic-differs', texts.join('; '), {
    where: serious[0]!.topic,
    mend: 'Make the topic anew as it is wanted, or alter the setting (kafka-configs).',
    facts: { differences },
  });
}

async function create(admin: Admin, specs: readonly TopicSpec[], replicationFactor: number): Promise<void> {
  const topics = specs.map(({ name, partitions, config }): ITopicConfig => {
    const configEntries = Object.entries(config).map(([setting, value]) => ({ name: setting, value }));
    return { topic: name, numPartitions: partitions, replicationFactor, configEntries };
  });
  await admin.createTopics({ topics, waitForLeaders: true });
}

async function compare(admin: Admin, specs: readonly TopicSpec[]): Promise<TopicDifference[]> {
  if (specs.length === 0) return [];
  const { topics } = await admin.fetchTopicMetadata({ topics: specs.map(({ name }) => name) });
  const { resources } = await admin.describeConfigs({
    includeSynonyms: false,
    resources: specs.map(({ name, config }) => ({
      type: kafkajs.ConfigResourceTypes.TOPIC,
      name,
      configNames: Object.keys(config),
    })),
  });
  return specs.flatMap(({ name, partitions, config }) => {
    const entries = resources.find(({ resourceName }) => resourceName === name)?.configEntries ?? [];
    const found = Object.fromEntries(entries.map(({ configName, configValue }) => [configName, configValue]));
    const count = topics.find((topic) => topic.name === name)!.partitions.length;
    return [
      ...difference(name, 'partitions', String(partitions), String(count)),
      ...Object.entries(config).flatMap(([setting, wanted]) => difference(name, setting, wanted, found[setting] ?? '')),
    ];
  });
}

function difference(topic: string, setting: string, wanted: string, found: string): TopicDifference[] {
  const isEnough = setting === 'max.message.bytes' && Number(found) >= Number(wanted);
  if (found === wanted || isEnough) return [];
  return [{ topic, setting, wanted, found, binding: binding.has(setting) }];
}

function absent({ name, partitions }: TopicSpec): TopicDifference {
  return { topic: name, setting: 'partitions', wanted: String(partitions), found: '0', binding: true };
}
