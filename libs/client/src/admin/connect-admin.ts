import { Caller } from '../caller.js';
import { httpOf } from '../connect.js';
import type { Token } from '../http.js';
import { Lifetime } from '../lifetime.js';
import { TuttiAdmin } from './tutti-admin.js';

export interface ConnectAdminOptions {
  /** Default: `$TUTTI_URL`, else `http://127.0.0.1:4400`. */
  url?: string;
  /** A token with scope `operator` (to read, `auditor` is enough); not needed where access is open. */
  token?: Token;
  /** How long a call tries. Default 10,000 ms. */
  timeoutMs?: number;
  /** Default: the platform's. */
  fetch?: typeof globalThis.fetch;
}

/** An operator's client. Nothing is sent before its first call. */
export function connectAdmin(options: ConnectAdminOptions = {}): TuttiAdmin {
  const timeoutMs = options.timeoutMs ?? 10_000;
  // An act waits until it is in force everywhere: an attempt may take as long as the call.
  return new TuttiAdmin(new Caller(httpOf(options), new Lifetime(), timeoutMs), timeoutMs);
}
