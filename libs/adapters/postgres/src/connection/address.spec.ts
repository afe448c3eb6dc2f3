import { describe, expect, it } from 'vitest';
import { readAddress } from './address.js';

describe('the URL of a database', () => {
  it.each([
    ['postgres://u:p@db.example:6432/tutti', undefined, 'tutti', 'postgres://db.example:6432/tutti#tutti'],
    ['postgresql://u:p@db/x?sslmode=verify-full', undefined, 'tutti', 'postgres://db:5432/x#tutti'],
    ['postgres://u:p@db/x?schema=hospital', undefined, 'hospital', 'postgres://db:5432/x#hospital'],
    ['postgres://u:p@db/x?schema=hospital', 'shop', 'shop', 'postgres://db:5432/x#shop'],
    ['postgres://u:p@local/x?host=/run/postgresql', undefined, 'tutti', 'postgres:///run/postgresql:5432/x#tutti'],
  ])('%s with schema %s', (url, schema, expected, where) => {
    expect(readAddress(url, schema === undefined ? {} : { schema })).toEqual({ url, schema: expected, where });
  });

  it.each([
    'esdb://u:secret@db',
    'secret',
    'postgres://u:secret@db:port/x',
    'postgres://u:secret@db/x?schema=Big',
    'postgres://u:secret@db/x?schema=a"b',
  ])('%s is refused, without its password in the message', (url) => {
    let failure: unknown;
    try {
      readAddress(url);
    } catch (error) {
      failure = error;
    }
    expect(failure).toMatchObject({ code: 'config-invalid' });
    expect(`${(failure as Error).message} ${JSON.stringify(failure)}`).not.toContain('secret');
  });
});
