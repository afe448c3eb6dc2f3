import { JournalUnavailableError, StoreUnavailableError } from '@tutti/runtime/journal';
import { describe, expect, it } from 'vitest';
import { asOpeningError, asPortError } from './failure.js';

function fromServer(code: string): Error {
  return Object.assign(new Error(`state ${code}`), { code, severity: 'ERROR' });
}

describe('a fault', () => {
  it.each([
    ['08006', 'journal-unavailable'],
    ['40P01', 'journal-unavailable'],
    ['57014', 'journal-unavailable'],
    ['57P01', 'journal-unavailable'],
    ['53300', 'journal-unavailable'],
    // A prepared statement that a migration has outdated: the next connection prepares it anew.
    ['0A000', 'journal-unavailable'],
    ['53100', 'disk-full'],
    ['25006', 'data-read-only'],
    ['42501', 'data-read-only'],
  ])('of state %s is %s, to be tried again', (state, code) => {
    const error = fromServer(state);
    const journal = asPortError('journal', 'here', error);
    expect(journal).toBeInstanceOf(JournalUnavailableError);
    expect(journal).toMatchObject({ code, retryable: true, where: 'here', cause: error });
    expect(asPortError('store', 'here', error)).toBeInstanceOf(StoreUnavailableError);
  });

  it('of the connection is to be tried again', () => {
    for (const error of [
      Object.assign(new Error('connect ECONNREFUSED'), { code: 'ECONNREFUSED' }),
      new Error('Connection terminated unexpectedly'),
      new Error('Query read timeout'),
    ]) {
      expect(asPortError('store', 'here', error)).toMatchObject({ code: 'store-unavailable', retryable: true });
    }
  });

  it.each(['journal', 'store'] as const)('that tells of damage to the %s does not go away', (role) => {
    expect(asPortError(role, 'here', fromServer('XX001'))).toMatchObject({
      code: `${role}-corrupt`,
      retryable: false,
    });
  });

  it.each(['22021', '23505', '42601', '54000'])('of state %s is a bug, and stays what it is', (state) => {
    const error = fromServer(state);
    expect(asPortError('journal', 'here', error)).toBe(error);
  });

  it.each(['28P01', '3D000', '42501'])('of state %s is no matter of waiting while opening', (state) => {
    expect(asOpeningError('journal', 'here', fromServer(state))).toMatchObject({
      code: 'database-refused',
      retryable: false,
    });
  });
});
