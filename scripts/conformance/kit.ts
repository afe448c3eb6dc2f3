import type { Json } from '@tutti/kernel';
import { format, resolveConfig } from 'prettier';
import { join } from 'node:path';
import { root } from '../docs/project.ts';
import { canonicalVectors } from './canonical-vectors.ts';
import { recordFiles } from './record-cases.ts';
import { httpFiles } from './http.ts';
import { partitionVectors } from './partition-vectors.ts';
import { signatureVectors } from './signature-vectors.ts';

/** The files of `conformance/` that are made from the code: path from the root → text. */
export async function kitFiles(): Promise<Map<string, string>> {
  const values: [string, Json][] = [
    ['partitions.json', partitionVectors()],
    ['canonical.json', canonicalVectors()],
    ['signatures.json', signatureVectors()],
    ...recordFiles(),
    ...(await httpFiles()),
  ];
  const options = await resolveConfig(join(root, 'package.json'));
  const texts = await Promise.all(
    values.map(async ([name, value]): Promise<[string, string]> => {
      return [`conformance/${name}`, await format(JSON.stringify(value), { ...options, parser: 'json' })];
    }),
  );
  return new Map(texts);
}
