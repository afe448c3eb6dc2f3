import type { KafkaOptions, TopicReport } from '@tutti/adapter-kafka';
import { TuttiError } from '@tutti/kernel';
import { type Command, Option } from 'commander';
import { type Call, countOption, define } from '../run/define.js';
import type { Shell } from '../run/shell.js';
import { EXIT, type ExitCode } from '../terminal/exit-code.js';
import { columns } from '../terminal/columns.js';
import type { Output } from '../terminal/output.js';
import { differenceRows, topicRows } from './topic-rows.js';

interface TopicsOptions {
  kafka?: string;
  space?: string;
  partitions?: number;
  replicas?: number;
  dryRun?: boolean;
}

/** Of a space that begins, where nobody says how many. */
const PARTITIONS_DEFAULT = 12;

/** `tutti topics` */
export function topicsCommand(program: Command, shell: Shell): void {
  define<TopicsOptions>(program, shell, {
    line: 'topics',
    summary: "create a space's Kafka topics, or say how those that are there differ",
    description:
      'Changes nothing that is there. Exit code 1 where a space could not work with what is there; what operators may choose\notherwise, such as how long records are kept, is listed and is no failure. How Kafka is reached beyond its brokers (TLS,\nSASL) is said by TUTTI_KAFKA_ variables, as for the services.',
    options: [
      new Option('--kafka <brokers>', 'host:port, with commas between; default: $TUTTI_KAFKA'),
      new Option('--space <name>', 'default: $TUTTI_SPACE'),
      new Option(
        '--partitions <n>',
        'of decisions and verdicts; default: $TUTTI_PARTITIONS, else as the topic has, else 12',
      ).argParser(countOption(1, 1024)),
      new Option('--replicas <n>', "copies of each partition; default: the brokers' own").argParser(
        countOption(1, 32_767),
      ),
      new Option('--dry-run', 'compare only'),
    ],
    examples: ['tutti topics --space marketplace --kafka 127.0.0.1:9092', 'tutti topics --dry-run'],
    action: (call) => topics(call, shell.env),
  });
}

async function topics({ output, options }: Call<TopicsOptions>, env: Shell['env']): Promise<ExitCode> {
  // Loaded here: no other command needs a broker.
  const { ensureTopics, kafkaOptionsOf, tuttiTopics } = await import('@tutti/adapter-kafka');
  const space = spaceOf(options, env);
  const kafka = kafkaOptionsOf(options.kafka === undefined ? env : { ...env, TUTTI_KAFKA: options.kafka });
  const partitions = partitionsOf(options, env) ?? (await partitionsThere(kafka, space)) ?? PARTITIONS_DEFAULT;
  const report = await ensureTopics(kafka, tuttiTopics(space, partitions), {
    compareOnly: options.dryRun ?? false,
    ...(options.replicas !== undefined && { replicationFactor: options.replicas }),
  });
  const works = report.differences.every(({ binding }) => !binding);
  output.result({ space, partitions, works, ...report }, () => show(output, space, partitions, report));
  return works ? EXIT.done : EXIT.no;
}

function show(output: Output, space: string, partitions: number, report: TopicReport): void {
  const { dim, green, red, yellow } = output.colours;
  const [head, ...lines] = columns(topicRows(space, partitions, report));
  output.line(dim(head!));
  for (const line of lines) output.line(line);
  if (report.differences.length === 0) {
    if (report.created.length === 0) output.remark(`${output.errorColours.green('✓')} nothing is to be done`);
    return;
  }
  output.line();
  for (const { line, binding } of differenceRows(report)) output.line(`${binding ? red('✗') : yellow('!')} ${line}`);
  const works = report.differences.every(({ binding }) => !binding);
  output.line(works ? `${green('✓')} a space can work so` : `${red('✗')} a space cannot work so`);
}

function spaceOf({ space }: TopicsOptions, env: Shell['env']): string {
  const name = space ?? env['TUTTI_SPACE'] ?? '';
  if (/^[a-z][a-z0-9-]{0,62}$/.test(name)) return name;
  throw new TuttiError('usage', name === '' ? 'which space?' : `${name} is no name of a space`, {
    mend: 'name it: --space marketplace, or TUTTI_SPACE; lower-case letters, digits and dashes',
  });
}

function partitionsOf({ partitions }: TopicsOptions, env: Shell['env']): number | undefined {
  const given = env['TUTTI_PARTITIONS'] ?? '';
  if (partitions !== undefined || given === '') return partitions;
  const count = /^\d{1,4}$/.test(given) ? Number(given) : 0;
  if (count >= 1 && count <= 1024) return count;
  throw new TuttiError('usage', `TUTTI_PARTITIONS is ${given}, no whole number from 1 to 1024`);
}

/** As many as the topic of decisions has, where it is there. */
async function partitionsThere(kafka: KafkaOptions, space: string): Promise<number | undefined> {
  const { ensureTopics, tuttiTopics } = await import('@tutti/adapter-kafka');
  const [decisions] = tuttiTopics(space, PARTITIONS_DEFAULT);
  const { present, differences } = await ensureTopics(kafka, [decisions!], { compareOnly: true });
  if (present.length === 0) return undefined;
  const differs = differences.find(({ setting }) => setting === 'partitions');
  return differs === undefined ? PARTITIONS_DEFAULT : Number(differs.found);
}
