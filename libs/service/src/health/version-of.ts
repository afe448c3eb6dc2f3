import { readFileSync } from 'node:fs';
import { ENGINE } from '@tutti/runtime';

/** Which release of a service runs. */
export interface ServiceVersion {
  service: string;
  version: string;
  /** Version of the fold functions, as records name it. */
  engine: string;
  node: string;
}

const { version } = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8')) as {
  version: string;
};

export function versionOf(service: string): ServiceVersion {
  return { service, version, engine: ENGINE, node: process.versions.node };
}
