import { TuttiError } from '@tutti/kernel';

/** Where the journal is kept: a connection string of EventStoreDB, and what is ours in it. */
export interface JournalUrl {
  /** Without what is ours and without `keepAliveTimeout`. */
  connectionString: string;
  /** Time-out of the client's keep-alive pings, milliseconds; -1 turns it off. */
  keepAliveTimeoutMs: number;
  /** Hosts and ports as written, without credentials: for messages. */
  servers: string;
  /** What the names of our streams begin with. */
  prefix: string;
}

/** What stream names begin with unless told otherwise. */
export const DEFAULT_PREFIX = 'tutti.';

const FORM = /^(esdb(?:\+discover)?):\/\/(?:([^@/?]*)@)?([^?/]+)\/*(?:\?(.*))?$/;

/**
 * Reads `esdb://[user:password@]host:port[,…][?option=value&…]`; the option `tuttiPrefix` is ours, the others are the
 * client's.
 *
 * @throws TuttiError `config-invalid`; its message holds nothing of the credentials
 */
export function parseJournalUrl(url: string): JournalUrl {
  const match = FORM.exec(url.trim());
  if (match === null) throw urlInvalid('it is no connection string of EventStoreDB');
  const [, scheme, credentials, servers, query] = match;
  const others: string[] = [];
  let prefix = DEFAULT_PREFIX;
  let keepAliveTimeoutMs = 10_000;
  for (const pair of (query ?? '').split('&').filter((text) => text !== '')) {
    const [key, value = ''] = pair.split('=', 2);
    const name = key!.toLowerCase().replaceAll(/[_-]/g, '');
    if (name === 'tuttiprefix') prefix = decoded(value);
    else if (name === 'keepalivetimeout') keepAliveTimeoutMs = milliseconds(value);
    else others.push(pair);
  }
  assertPrefix(prefix);
  const login = credentials === undefined ? '' : `${credentials}@`;
  const connectionString = `${scheme}://${login}${servers}${others.length === 0 ? '' : `?${others.join('&')}`}`;
  return { connectionString, keepAliveTimeoutMs, servers: servers!, prefix };
}

/** @throws TuttiError `config-invalid` names that begin so are the server's own, or cannot be told apart */
export function assertPrefix(prefix: string): void {
  if (prefix.startsWith('$')) throw urlInvalid('streams that begin with $ are the server’s own');
}

/** The error of a URL that cannot be used. */
export function urlInvalid(what: string): TuttiError {
  return new TuttiError('config-invalid', `the journal's URL cannot be used: ${what}`, {
    mend: 'Write esdb://[user:password@]host:port[,…][?tls=false&tuttiPrefix=NAME.].',
  });
}

function decoded(value: string): string {
  try {
    return decodeURIComponent(value);
  } catch {
    throw urlInvalid('tuttiPrefix is not URL-encoded');
  }
}

function milliseconds(value: string): number {
  const number = Number(value);
  if (!/^-?\d+$/.test(value) || number < -1) throw urlInvalid('keepAliveTimeout is a number of milliseconds, or -1');
  return number;
}
