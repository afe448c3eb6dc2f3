import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { kafkaOptionsOf } from './kafka-environment.js';

let folder: string;
const pem = '-----BEGIN CERTIFICATE-----\nAA==\n-----END CERTIFICATE-----\n';
const file = (name: string, text = pem): string => {
  const path = join(folder, name);
  writeFileSync(path, text);
  return path;
};
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'tutti-kafka-env-'));
});
afterAll(() => rmSync(folder, { recursive: true }));

const brokers = { TUTTI_KAFKA: 'one:9092, two:9093' };

describe('options of Kafka from the environment', () => {
  it('are brokers, and nothing else where nothing else is said', () => {
    expect(kafkaOptionsOf({ ...brokers, TUTTI_SPACE: 'market' })).toEqual({
      brokers: ['one:9092', 'two:9093'],
      clientId: 'tutti-market',
    });
    expect(kafkaOptionsOf({ TUTTI_KAFKA: '[::1]:9092' }).brokers).toEqual(['[::1]:9092']);
  });

  it('name a certificate authority, a certificate with its key, or the system’s', () => {
    expect(kafkaOptionsOf({ ...brokers, TUTTI_KAFKA_TLS: 'true' }).tls).toBe(true);
    expect(kafkaOptionsOf({ ...brokers, TUTTI_KAFKA_TLS: file('ca.pem') }).tls).toEqual({ ca: pem });
    const [cert, key] = [file('cert.pem'), file('key.pem')];
    expect(
      kafkaOptionsOf({ ...brokers, TUTTI_KAFKA_TLS: 'true', TUTTI_KAFKA_TLS_CERT: cert, TUTTI_KAFKA_TLS_KEY: key }).tls,
    ).toEqual({ cert: pem, key: pem });
  });

  it('name a user', () => {
    const user = { TUTTI_KAFKA_SASL: 'scram-sha-512', TUTTI_KAFKA_USERNAME: 'u', TUTTI_KAFKA_PASSWORD: 'p' };
    expect(kafkaOptionsOf({ ...brokers, ...user }).sasl).toEqual({
      mechanism: 'scram-sha-512',
      username: 'u',
      password: 'p',
    });
  });

  it.each([
    [{}, ['TUTTI_KAFKA']],
    [{ TUTTI_KAFKA: 'kafka' }, ['TUTTI_KAFKA']],
    [{ TUTTI_KAFKA: 'kafka:99999' }, ['TUTTI_KAFKA']],
    [{ ...brokers, TUTTI_KAFKA_TLS: '/none/ca.pem' }, ['TUTTI_KAFKA_TLS']],
    [
      { ...brokers, TUTTI_KAFKA_TLS: 'true', TUTTI_KAFKA_TLS_CERT: '/none' },
      ['TUTTI_KAFKA_TLS_KEY', 'TUTTI_KAFKA_TLS_CERT'],
    ],
    [{ ...brokers, TUTTI_KAFKA_SASL: 'gssapi' }, ['TUTTI_KAFKA_SASL', 'TUTTI_KAFKA_USERNAME', 'TUTTI_KAFKA_PASSWORD']],
    [{ ...brokers, TUTTI_KAFKA_USERNAME: 'u' }, ['TUTTI_KAFKA_SASL']],
  ])('are refused with every variable that is wrong: %j', (env, names) => {
    expect(() => kafkaOptionsOf(env)).toThrow(
      expect.objectContaining({
        code: 'config-invalid',
        facts: { errors: names.map((name) => expect.objectContaining({ name })) },
      }),
    );
  });

  it('are refused where a file holds no certificate', () => {
    const path = file('text.pem', 'hello');
    expect(() => kafkaOptionsOf({ ...brokers, TUTTI_KAFKA_TLS: path })).toThrow(/holds no PEM/);
  });
});
