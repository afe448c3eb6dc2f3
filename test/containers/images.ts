import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';

const compose = join(import.meta.dirname, '..', '..', 'docker-compose.yml');

/** A service of docker-compose.yml: its image, and the environment that holds no secret. */
export function composeService(name: string): { image: string; environment: Record<string, string> } {
  const { services } = parse(readFileSync(compose, 'utf8'), { merge: true }) as {
    services: Record<string, { image: string; environment?: Record<string, string | number> }>;
  };
  const { image, environment = {} } = services[name]!;
  return {
    image,
    environment: Object.fromEntries(Object.entries(environment).map(([key, value]) => [key, String(value)])),
  };
}
