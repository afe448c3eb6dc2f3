import { createPrivateKey, type KeyObject } from 'node:crypto';

/** Key pair of RFC 8032 §7.1, test 1: known to everybody, for examples only. */
export const KEY = {
  kty: 'OKP',
  crv: 'Ed25519',
  x: '11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo',
  d: 'nWGxne_9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2A',
};

/** The id under which the registry of the kit has it. */
export const KID = 'signer-1#1';

export function privateKey(): KeyObject {
  return createPrivateKey({ key: KEY, format: 'jwk' });
}
