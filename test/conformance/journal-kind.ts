import { TuttiError } from '@tutti/kernel';

/** Which kind of journal a URL names. @throws TuttiError `config-invalid` none, or one nobody knows */
export function kindOf(url: string | undefined): { kind: 'esdb' | 'postgres' | 'sqlite'; url: string } {
  const scheme = /^([a-z+]+):/.exec(url ?? '')?.[1];
  if (url !== undefined) {
    if (scheme === 'esdb' || scheme === 'esdb+discover') return { kind: 'esdb', url };
    if (scheme === 'postgres' || scheme === 'postgresql') return { kind: 'postgres', url };
    if (scheme === 'sqlite' || scheme === 'file') return { kind: 'sqlite', url };
  }
  const what = url === undefined ? 'is not set' : scheme === undefined ? 'is no URL' : `is a "${scheme}" URL`;
  throw new TuttiError('config-invalid', `TUTTI_JOURNAL_URL ${what}: there is no journal to test`, {
    mend: 'Set it to esdb://HOST:2113?tls=false, postgres://USER:PASSWORD@HOST/DATABASE or sqlite:FILE.',
  });
}
