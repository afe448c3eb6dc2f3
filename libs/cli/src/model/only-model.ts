import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { TuttiError } from '@tutti/kernel';

/** The only model of a folder. @throws TuttiError `model-file-missing` */
export function onlyModel(folder: string): string {
  const models = readdirSync(folder)
    .filter((name) => name.endsWith('.tutti.yaml'))
    .toSorted();
  if (models.length === 1) return folder === '.' ? models[0]! : join(folder, models[0]!);
  throw new TuttiError(
    'model-file-missing',
    models.length === 0
      ? 'this folder holds no *.tutti.yaml'
      : `this folder holds several models: ${models.join(', ')}`,
    { mend: 'name the file' },
  );
}
