// Sends the hospital's log to Kafka: each row is one decision, a CloudEvent in binary mode. Nothing of Tutti is in here:
// kafkajs, and what docs/reference/wire.md says about the headers of a decision.
//
//   npx node examples/hospital/produce.ts --brokers 127.0.0.1:9092 --topic hospital.decisions
//
// Sending it again changes nothing: a row has the same id again, and the first verdict on it stays.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { CompressionTypes, Kafka, Partitioners } from 'kafkajs';

const TYPES: Readonly<Record<string, string>> = {
  'ER Registration': 'register',
  'ER Triage': 'triage',
  'ER Sepsis Triage': 'screen',
  Leucocytes: 'leucocytes',
  CRP: 'crp',
  LacticAcid: 'lacticAcid',
  'IV Liquid': 'liquid',
  'IV Antibiotics': 'antibiotics',
  'Admission NC': 'admitToWard',
  'Admission IC': 'admitToIntensive',
  'Release A': 'releaseA',
  'Release B': 'releaseB',
  'Release C': 'releaseC',
  'Release D': 'releaseD',
  'Release E': 'releaseE',
  'Return ER': 'return',
};

/** Columns with a measured value, which belongs to the activity of the same name. */
const MEASURED = new Set(['Leucocytes', 'CRP', 'LacticAcid']);
/** Columns that are no data of the decision. */
const NO_DATA = new Set([
  'Case ID',
  'Activity',
  'Complete Timestamp',
  'Variant',
  'Variant index',
  'lifecycle:transition',
  'org:group',
]);

/** What kafkajs takes as a message. */
export interface Message {
  key: string;
  headers: Record<string, string>;
  value: string;
}

/** The messages of the log, one a row, in order. A row's number, from 1, is its decision's id. */
export function messagesOf(log: string): Message[] {
  const [header = '', ...lines] = log.trimEnd().split('\n');
  const columns = header.split(';');
  return lines.map((line, index) => {
    const cells = line.split(';');
    return messageOf(new Map(columns.map((column, at) => [column, cells[at] ?? ''])), index + 1);
  });
}

function messageOf(row: ReadonlyMap<string, string>, number: number): Message {
  const cell = (column: string): string => row.get(column) ?? '';
  const subject = `case-${cell('Case ID')}`;
  const group = cell('org:group') === '?' ? 'unknown' : cell('org:group');
  return {
    // Key = subject: what concerns one patient is in one partition, in order.
    key: subject,
    headers: {
      'content-type': 'application/json',
      ce_specversion: '1.0',
      ce_id: String(number),
      ce_source: `/participants/group-${group}`,
      ce_type: `case.${TYPES[cell('Activity')]}`,
      ce_subject: subject,
      ce_time: `${cell('Complete Timestamp').replaceAll('/', '-').replace(' ', 'T')}Z`,
    },
    value: JSON.stringify(dataOf(row, cell('Activity'))),
  };
}

function dataOf(row: ReadonlyMap<string, string>, activity: string): Record<string, string | number | boolean> {
  const data: Record<string, string | number | boolean> = {};
  for (const [column, text] of row) {
    if (text === '' || NO_DATA.has(column)) continue;
    // Tenths: the log has one decimal, and the model no fractions.
    if (!MEASURED.has(column)) data[property(column)] = valueOf(column, text);
    else if (column === activity) data['value'] = Math.round(Number(text) * 10);
  }
  return data;
}

/** `DiagnosticXthorax` is `diagnosticXthorax`, `SIRSCriteria2OrMore` is `sirsCriteria2OrMore`. */
function property(column: string): string {
  return column.replace(/^(?:SIRS|[A-Z])/, (start) => start.toLowerCase());
}

function valueOf(column: string, text: string): string | number | boolean {
  if (column === 'Age') return Number(text);
  return text === 'true' || text === 'false' ? text === 'true' : text;
}

/** Sends messages in order, 500 a request; resolves when all replicas have them. */
async function produce(brokers: string[], topic: string, messages: readonly Message[]): Promise<void> {
  const kafka = new Kafka({ clientId: 'hospital', brokers });
  // murmur2 of the key, as Java does it. A request repeated may double decisions: by their ids they count once.
  const producer = kafka.producer({ createPartitioner: Partitioners.DefaultPartitioner });
  await producer.connect();
  try {
    for (let first = 0; first < messages.length; first += 500) {
      const some = messages.slice(first, first + 500);
      await producer.send({ topic, acks: -1, compression: CompressionTypes.GZIP, messages: some });
    }
  } finally {
    await producer.disconnect();
  }
}

if (import.meta.main) {
  const { values: options } = parseArgs({
    options: {
      brokers: { type: 'string', default: '127.0.0.1:9092' },
      topic: { type: 'string', default: 'hospital.decisions' },
      log: { type: 'string', default: join(import.meta.dirname, 'sepsis.csv') },
      limit: { type: 'string', default: '1000000' },
    },
  });
  const messages = messagesOf(readFileSync(options.log, 'utf8')).slice(0, Number(options.limit));
  await produce(options.brokers.split(','), options.topic, messages);
  process.stdout.write(`${messages.length} decisions sent to ${options.topic}\n`);
}
