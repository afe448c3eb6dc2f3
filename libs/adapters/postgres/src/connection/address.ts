import { TuttiError } from '@tutti/kernel';

/** Where what is kept lies: which server, which of its schemas. */
export interface Address {
  /** For `pg`: with user, password and options. Never print it. */
  url: string;
  schema: string;
  /** Host, port and database, for messages. */
  where: string;
}

/** Options of everything that is opened on a URL. */
export interface PostgresOptions {
  /** Schema of the tables. Default: `schema` of the URL's query, else `tutti`. One a space. */
  schema?: string;
}

const SCHEMA = /^[a-z_][a-z0-9_]{0,62}$/;

/**
 * Reads `postgres://USER:PASSWORD@HOST:PORT/DATABASE?schema=NAME`. The query's other options are those of `pg`:
 * `sslmode`, `sslrootcert`, `application_name`, `statement_timeout` and so on; they win over our own settings.
 *
 * @throws TuttiError `config-invalid`; the URL's password is not in it
 */
export function readAddress(url: string, options: PostgresOptions = {}): Address {
  if (!/^postgres(ql)?:\/\//.test(url) || !URL.canParse(url)) {
    throw new TuttiError('config-invalid', 'this is not the URL of a PostgreSQL database', {
      mend: 'Write it as postgres://USER:PASSWORD@HOST:PORT/DATABASE, special characters of the password as %XX.',
    });
  }
  const parsed = new URL(url);
  const schema = options.schema ?? parsed.searchParams.get('schema') ?? 'tutti';
  if (!SCHEMA.test(schema)) {
    throw new TuttiError('config-invalid', `"${schema}" cannot be the schema of Tutti's tables`, {
      mend: 'Use a-z, 0-9 and _, at most 63 characters, not a digit first.',
    });
  }
  const host = parsed.searchParams.get('host') ?? parsed.hostname;
  return { url, schema, where: `postgres://${host}:${parsed.port || '5432'}${parsed.pathname}#${schema}` };
}
