import { describe, expect, it } from 'vitest';
import { readConfiguration } from './read-configuration.js';

describe('the configuration', () => {
  it('has a default for everything', () => {
    expect(readConfiguration({})).toEqual({
      data: '.tutti',
      host: '127.0.0.1',
      port: 4400,
      orNextFree: true,
      access: {},
      log: 'warn',
    });
  });

  it('reads the environment; an argument wins over TUTTI_MODEL', () => {
    const env = {
      PATH: '/bin',
      TUTTI_DATA: '/data',
      TUTTI_MODEL: 'a.yaml',
      TUTTI_HOST: '::1',
      TUTTI_PORT: '0',
      TUTTI_PARTITIONS: '12',
      TUTTI_TRUST: 'signed',
      TUTTI_SPACE: 'shop',
      TUTTI_WATCH: 'false',
      TUTTI_LOG: 'info',
      TUTTI_OPERATOR_TOKEN: 'x'.repeat(32),
      TUTTI_OIDC_ISSUER: 'https://id.example/realm',
      TUTTI_OIDC_AUDIENCE: 'tutti',
    };
    expect(readConfiguration(env, 'b.yaml')).toEqual({
      data: '/data',
      model: 'b.yaml',
      host: '::1',
      port: 0,
      orNextFree: false,
      partitions: 12,
      trust: 'signed',
      space: 'shop',
      access: { operatorToken: 'x'.repeat(32), oidc: { issuer: 'https://id.example/realm', audience: 'tutti' } },
      watch: false,
      log: 'info',
    });
  });

  it('takes an empty variable for one that is not set', () => {
    expect(readConfiguration({ TUTTI_PORT: '', TUTTI_TRUST: '' })).toMatchObject({ port: 4400, orNextFree: true });
  });

  it('leaves what the client, the command line and the tests read to them', () => {
    expect(() => readConfiguration({ TUTTI_URL: 'x', TUTTI_TOKEN: 'x', TUTTI_TEST_SEED: '1' })).not.toThrow();
  });

  it.each([
    ['TUTTI_PORT', '70000'],
    ['TUTTI_PORT', 'http'],
    ['TUTTI_PORT', '0x50'],
    ['TUTTI_PORT', '-1'],
    ['TUTTI_PARTITIONS', '1e2'],
    ['TUTTI_PARTITIONS', '0'],
    ['TUTTI_PARTITIONS', '1.5'],
    ['TUTTI_TRUST', 'everybody'],
    ['TUTTI_SPACE', 'My Shop'],
    ['TUTTI_ACCESS', 'closed'],
    ['TUTTI_OPERATOR_TOKEN', 'short'],
    ['TUTTI_OIDC_ISSUER', 'not a url'],
    ['TUTTI_WATCH', 'maybe'],
    ['TUTTI_LOG', 'loud'],
    ['TUTTI_POTR', '4400'],
    ['TUTTI_KAFKA_BROKERS', 'k:9092'],
  ])('refuses %s=%s and names it', (name, value) => {
    expect(() => readConfiguration({ [name]: value })).toThrow(
      expect.objectContaining({ code: 'config-invalid', message: expect.stringContaining(name) }),
    );
  });

  it('wants an audience with an issuer', () => {
    expect(() => readConfiguration({ TUTTI_OIDC_ISSUER: 'https://id.example' })).toThrow(
      expect.objectContaining({ code: 'config-invalid', message: expect.stringContaining('TUTTI_OIDC_AUDIENCE') }),
    );
  });
});
