import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { canonicalEvent, signEvent, verifySignature } from '@tutti/contracts';
import { canonicalJson, type JsonObject, murmur2, partitionOf, sha256Hex } from '@tutti/kernel';
import { describe, expect, it } from 'vitest';
import { canonicalVectors } from '../../scripts/conformance/canonical-vectors.ts';
import {
  codesOf,
  KitBackbone,
  type KitAnswer,
  type KitRecord,
  type KitSpace,
} from '../../scripts/conformance/judge-records.ts';
import { privateKey } from '../../scripts/conformance/key.ts';
import { partitionVectors } from '../../scripts/conformance/partition-vectors.ts';
import { recordFiles } from '../../scripts/conformance/record-cases.ts';
import { signatureVectors } from '../../scripts/conformance/signature-vectors.ts';
import { root } from '../../scripts/docs/project.ts';

const kit = join(root, 'conformance');
const read = <T>(name: string): T => JSON.parse(readFileSync(join(kit, name), 'utf8')) as T;

interface RecordFile extends KitSpace {
  cases: { it: string; record: KitRecord; answer: KitAnswer }[];
}

describe('the conformance kit', () => {
  it.each([
    ['partitions.json', partitionVectors()],
    ['canonical.json', canonicalVectors()],
    ['signatures.json', signatureVectors()],
    ...recordFiles(),
  ])('%s is what its script makes today (else: npm run docs)', (name, made) => {
    expect(read(name)).toEqual(JSON.parse(JSON.stringify(made)));
  });

  it('holds nothing that no script makes', () => {
    const known = ['partitions.json', 'canonical.json', 'signatures.json', ...recordFiles().map(([name]) => name)];
    expect(globSync('*.json', { cwd: kit }).toSorted()).toEqual(known.toSorted());
  });
});

describe('the implementation, against what is written in the kit', () => {
  it('puts keys where partitions.json says', () => {
    const { partitions, cases } = read<{
      partitions: number[];
      cases: { key: string; utf8: string; murmur2: number; partition: number[] }[];
    }>('partitions.json');
    expect(cases.length).toBeGreaterThan(20);
    for (const one of cases) {
      expect(Buffer.from(one.key).toString('hex')).toBe(one.utf8);
      expect(murmur2(Buffer.from(one.utf8, 'hex'))).toBe(one.murmur2);
      expect(partitions.map((count) => partitionOf(one.key, count))).toEqual(one.partition);
    }
  });

  it('and as Kafka itself does', () => {
    // org.apache.kafka.common.utils.UtilsTest#testMurmur2
    const { cases } = read<{ cases: { key: string; murmur2: number }[] }>('partitions.json');
    const hashes = Object.fromEntries(cases.map(({ key, murmur2: hash }) => [key, hash]));
    expect(hashes).toMatchObject({
      21: -973_932_308,
      foobar: -790_332_482,
      'a-little-bit-long-string': -985_981_536,
      'a-little-bit-longer-string': -1_486_304_829,
      lkjh234lh9fiuh90y23oiuhsafujhadof229phr9h19h89h8: -58_897_971,
      abc: 479_470_107,
    });
  });

  it('writes values as canonical.json says', () => {
    const { cases } = read<{ cases: { text: string; canonical: string; sha256: string }[] }>('canonical.json');
    for (const { text, canonical, sha256 } of cases) {
      expect(canonicalJson(JSON.parse(text))).toBe(canonical);
      expect(sha256Hex(canonical)).toBe(sha256);
    }
  });

  it('signs, and refuses, as signatures.json says', () => {
    const { key, kid, cases, invalid } = read<{
      key: { x: string };
      kid: string;
      cases: { event: JsonObject; payload: string; signature: string }[];
      invalid: { it: string; event: JsonObject }[];
    }>('signatures.json');
    const keys = { [kid]: key.x };
    for (const { event, payload, signature } of cases) {
      expect(canonicalEvent(event)).toBe(payload);
      expect(signEvent(event, privateKey(), kid)).toBe(signature);
      expect(verifySignature({ ...event, signature }, keys).valid).toBe(true);
    }
    for (const { it: name, event } of invalid) expect(verifySignature(event, keys).valid, name).toBe(false);
  });

  it.each(['records-enforce.json', 'records-observe.json', 'records-signed.json'])(
    'answers the records of %s',
    (name) => {
      const { cases, ...space } = read<RecordFile>(name);
      const backbone = new KitBackbone(space);
      for (const { it: what, record, answer } of cases) expect(backbone.answer(record), what).toEqual(answer);
      expect(cases.flatMap(({ answer }) => codesOf(answer)).length).toBeGreaterThan(1);
    },
  );
});
