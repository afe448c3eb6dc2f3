import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { TuttiError } from '@tutti/kernel';

/**
 * Path of a file that is started, not built upon: the main file of a service, the command line. It is found in the clone
 * this package lies in.
 *
 * @throws TuttiError `service-not-ready` it is not there: not built
 */
export function pathInProject(file: string): string {
  for (let folder = dirname(fileURLToPath(import.meta.url)); ; folder = dirname(folder)) {
    const path = join(folder, file);
    if (existsSync(path)) return path;
    if (folder === dirname(folder)) {
      throw new TuttiError('service-not-ready', `there is no ${file}`, { mend: 'npm run build' });
    }
  }
}
