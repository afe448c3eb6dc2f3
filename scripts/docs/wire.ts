import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  type CodePage,
  DECISION_BYTES_MAX,
  DECISION_DEPTH_MAX,
  reason,
  REASON_CODES,
  type ReasonCode,
  TRANSPORT_CODES,
  usesIdUp,
} from '@tutti/contracts';
import { partitionOf, murmur2 } from '@tutti/kernel';
import { KEY, KID } from '../conformance/key.ts';
import { signatureVectors } from '../conformance/signature-vectors.ts';
import { GENERATED, head, root, row } from './project.ts';

const WRITTEN = 'scripts/docs/wire.md';

/** `wire.md`: what is written by hand, with the tables and examples that the code gives in the places named for them. */
export function wirePage(): string {
  const made: Readonly<Record<string, () => string>> = {
    'limits.bytes': () => DECISION_BYTES_MAX.toLocaleString('en'),
    'limits.depth': () => `${DECISION_DEPTH_MAX}`,
    partitions: partitionTable,
    signature: signatureExample,
    reasons: () => reasonTable(),
    refusals: () => refusalTable(),
  };
  const used = new Set<string>();
  const page = readFileSync(join(root, WRITTEN), 'utf8').replaceAll(/\{\{([\w.]+)\}\}/g, (_, name: string) => {
    const make = made[name];
    if (make === undefined) throw new Error(`${WRITTEN} asks for ${name}, which nothing makes`);
    used.add(name);
    return make();
  });
  const unused = Object.keys(made).filter((name) => !used.has(name));
  if (unused.length > 0) throw new Error(`${WRITTEN} has no place for ${unused.join(', ')}`);
  return GENERATED + page;
}

function partitionTable(): string {
  const counts = [4, 12];
  const keys = ['order-1', 'order-17', 'bücher'];
  return (
    head('key', 'murmur2', ...counts.map((count) => `of ${count}`)) +
    keys
      .map((key) =>
        row(`\`${key}\``, `${murmur2(Buffer.from(key))}`, ...counts.map((count) => `${partitionOf(key, count)}`)),
      )
      .join('')
  ).trimEnd();
}

function signatureExample(): string {
  const { cases } = signatureVectors() as { cases: { payload: string; signature: string }[] };
  const { payload, signature } = cases[0]!;
  return [
    '```',
    `private key  ${KEY.d}   (seed, base64url)`,
    `public key   ${KEY.x}`,
    `kid          ${KID}`,
    `payload      ${payload}`,
    `signature    ${signature}`,
    '```',
  ].join('\n');
}

function reasonTable(): string {
  return (
    head('Code', 'Means', 'Pointer', 'Id used up', 'Do') +
    Object.entries(REASON_CODES)
      .map(([code, page]) => reasonRow(code, page))
      .join('')
  ).trimEnd();
}

const POINTERS: Readonly<Record<string, string>> = {
  'envelope-invalid': 'the attribute',
  unauthenticated: '`/signature` or `/source`',
  misrouted: '`/subject`',
  'id-conflict': '`/id`',
  'too-old': '`/time`',
  'time-ahead': '`/time`',
  'unknown-type': '`/type`',
  'unknown-version': '`/dataschema`',
  'schema-invalid': 'into `data`',
  'not-allowed': '`/source`',
  'unknown-party': 'into `data`',
  conflict: '`/basedon` where it was sent',
};

function reasonRow(code: string, { title, mend, retryable }: CodePage): string {
  const isUsed = usesIdUp(false, [reason(code as ReasonCode, '')]);
  const usesId = retryable ? 'no: retryable' : isUsed ? 'yes' : 'no';
  return row(`\`${code}\``, title, POINTERS[code] ?? '', usesId, mend);
}

function refusalTable(): string {
  return (
    head('Code', 'Status', 'Means', 'Same request again') +
    Object.entries(TRANSPORT_CODES)
      .map(([code, { status, title, retryable }]) =>
        row(`\`${code}\``, `${status}`, title, retryable ? 'yes, later' : 'no'),
      )
      .join('')
  ).trimEnd();
}
