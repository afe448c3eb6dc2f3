import { TuttiError } from '@tutti/kernel';
import { describe, expect, it } from 'vitest';
import { problemOfError } from './problem-of-error.js';

describe('an error', () => {
  it('that nobody foresaw becomes an incident that gives nothing away', () => {
    const { problem, fault } = problemOfError(new TypeError('secret of /home/somebody'));
    expect(problem).toMatchObject({ code: 'internal', status: 500, recorded: false });
    expect(problem['incident']).toMatch(/^[0-9a-f-]{36}$/);
    expect(JSON.stringify(problem)).not.toMatch(/secret|TypeError|at /);
    expect(fault).toBeInstanceOf(TypeError);
  });

  it('thrown as something that is no error becomes an incident too', () => {
    expect(problemOfError(undefined).problem.code).toBe('internal');
    expect(problemOfError('x').problem.code).toBe('internal');
  });

  it('with a code keeps it, with its remedy and its errors', () => {
    const errors = [{ code: 'malformed', pointer: '/id', message: 'is wrong' }];
    const { problem } = problemOfError(
      new TuttiError('malformed', 'no', { mend: 'mend it', facts: { errors, more: 1 } }),
    );
    expect(problem).toMatchObject({ code: 'malformed', status: 400, mend: 'mend it', errors, facts: { more: 1 } });
  });

  it('of something that is away says when to come back, and not where it lies on this machine', () => {
    const error = new TuttiError('disk-full', 'no space left for the journal', {
      retryable: true,
      where: '/var/data/journal.sqlite',
      facts: { retryAfterMs: 2500 },
    });
    const { problem, retryAfterS, fault } = problemOfError(error);
    expect(problem).toMatchObject({ code: 'unavailable', status: 503, retryable: true, cause: 'disk-full' });
    expect(JSON.stringify(problem)).not.toContain('/var/data');
    expect(retryAfterS).toBe(3);
    expect(fault).toBeUndefined();
  });

  it('with a code that callers have no use for is an incident', () => {
    expect(problemOfError(new TuttiError('journal-corrupt', 'bad')).problem.code).toBe('internal');
  });
});
