import { describe, expect, it } from 'vitest';
import { readMachines } from './machines-configuration.js';

const LEAST = {
  TUTTI_SPACE: 'shop',
  TUTTI_KAFKA: 'k1:9092, k2:9092',
  TUTTI_JOURNAL_URL: 'esdb+discover://u:p@es:2113?tls=true',
  TUTTI_STORE_URL: 'postgres://u:p@pg/shop',
};

describe('the environment of many machines', () => {
  it('needs the space and its servers; the rest has a default', () => {
    expect(readMachines('contract', { PATH: '/bin', ...LEAST })).toEqual({
      space: 'shop',
      host: '127.0.0.1',
      port: 4400,
      orNextFree: true,
      log: 'warn',
      journalUrl: LEAST.TUTTI_JOURNAL_URL,
      storeUrl: LEAST.TUTTI_STORE_URL,
      kafka: { brokers: ['k1:9092', 'k2:9092'], clientId: 'tutti-shop' },
      access: {},
    });
    expect(readMachines('projection', LEAST).port).toBe(4401);
    expect(readMachines('feedback', LEAST).port).toBe(4402);
  });

  it('is one for all services: what another one needs is not refused', () => {
    const env = { ...LEAST, TUTTI_GATEWAY_SECRET: 's'.repeat(32), TUTTI_QUOTA: '50', TUTTI_SUBJECTS_IN_MEMORY: '1000' };
    expect(readMachines('feedback', env)).toMatchObject({ space: 'shop' });
    expect(readMachines('contract', env)).toMatchObject({
      gatewaySecret: 's'.repeat(32),
      quota: 50,
      subjectsInMemory: 1000,
    });
  });

  it('does without Kafka in the projection', () => {
    const { TUTTI_KAFKA: _, ...without } = LEAST;
    expect(readMachines('projection', without).kafka).toBeUndefined();
    expect(() => readMachines('feedback', without)).toThrow(/TUTTI_KAFKA is missing/);
  });

  it('names everything that is wrong at once, and no secret', () => {
    const env = {
      TUTTI_KAFKA: 'k1',
      TUTTI_JOURNAL_URL: 'mysql://u:hush@host/db',
      TUTTI_KAFKA_SASL: 'plain',
      TUTTI_KAFKA_TLS_CERT: 'a.pem',
      TUTTI_GATEWAY_SECRET: 'hush',
      TUTTI_QUOTA: '0',
      TUTTI_DATA: '.tutti',
      TUTTI_JURNAL_URL: 'x',
    };
    let thrown: { code?: string; message?: string; where?: string; mend?: string; facts?: unknown } = {};
    try {
      readMachines('contract', env);
    } catch (error) {
      thrown = error as typeof thrown;
    }
    expect(thrown).toMatchObject({ code: 'config-invalid', where: 'environment' });
    expect((thrown.facts as { errors: { name: string }[] }).errors.map(({ name }) => name).toSorted()).toEqual([
      'TUTTI_DATA',
      'TUTTI_GATEWAY_SECRET',
      'TUTTI_JOURNAL_URL',
      'TUTTI_JURNAL_URL',
      'TUTTI_KAFKA',
      'TUTTI_KAFKA_PASSWORD',
      'TUTTI_KAFKA_TLS',
      'TUTTI_KAFKA_TLS_KEY',
      'TUTTI_KAFKA_USERNAME',
      'TUTTI_QUOTA',
      'TUTTI_SPACE',
      'TUTTI_STORE_URL',
    ]);
    expect(thrown.message).toContain('TUTTI_JURNAL_URL is no variable of the contract service: did you mean');
    expect(thrown.message).not.toContain('hush');
  });

  it.each([
    ['TUTTI_KAFKA', 'k1:9092,k2'],
    ['TUTTI_KAFKA_SESSION_MS', '10'],
    ['TUTTI_KAFKA_TLS', '/no/such/ca.pem'],
    ['TUTTI_KAFKA', 'kafka://k1:9092'],
    ['TUTTI_KAFKA_SASL', 'oauth'],
    ['TUTTI_STORE_URL', 'esdb://es:2113'],
    ['TUTTI_STORE_URL', 'postgres://'],
    ['TUTTI_JOURNAL_URL', '/data/journal.db'],
    ['TUTTI_SUBJECTS_IN_MEMORY', '0'],
    ['TUTTI_QUOTA', '1.5'],
    ['TUTTI_KAFKA_SESSION_MS', '999'],
    ['TUTTI_WATCH', 'true'],
  ])('refuses %s=%s and names it', (name, value) => {
    expect(() => readMachines('contract', { ...LEAST, [name]: value })).toThrow(
      expect.objectContaining({ code: 'config-invalid', message: expect.stringContaining(name) }),
    );
  });
});
