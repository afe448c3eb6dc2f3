import type { KeyObject } from 'node:crypto';
import { type JsonObject, TuttiError } from '@tutti/kernel';
import type { Caller } from './caller.js';

/**
 * A participant's private key (Ed25519): the path of a file (PKCS #8 PEM, or a JWK as JSON), the key itself, or a JWK.
 * Its id (`seller-3#2`) is `kid`, the JWK's or the one given here; without one the registry is asked for it.
 */
export type SigningKey = string | KeyObject | JsonWebKey | { key: string | KeyObject | JsonWebKey; kid: string };

/** An Ed25519 private key in JSON (RFC 8037). */
export interface JsonWebKey {
  kty: string;
  crv?: string;
  d?: string;
  x?: string;
  kid?: string;
}

/** Signs events as one participant. */
export interface Signer {
  /** Id of the key; absent where only the registry knows it. */
  kid: string | undefined;
  /** Raw public key, base64url: what the registry has under the key's id. */
  readonly publicKey: string;
  /** The value of an event's attribute `signature` (a detached JWS, DESIGN §11). */
  sign(event: JsonObject): string;
}

/**
 * Asks the registry under which id a signer's key is registered, once, where nobody has said it. A key that is not
 * registered is taken for the participant's first.
 */
export async function nameKey(signer: Signer, participant: string, caller: Caller, timeoutMs: number): Promise<void> {
  if (signer.kid !== undefined) return;
  if (!caller.http.isThere) {
    // Nobody to ask: it is the first key unless the caller says.
    signer.kid = `${participant}#1`;
    return;
  }
  const path = `/v1/participants/${encodeURIComponent(participant)}/keys`;
  const reply = await caller.call({ method: 'GET', path }, { timeoutMs });
  const { keys = [] } = (reply.status === 200 ? reply.body : {}) as { keys?: { kid: string; publicKey: string }[] };
  signer.kid = keys.find(({ publicKey }) => publicKey === signer.publicKey)?.kid ?? `${participant}#1`;
}

/**
 * Reads a key and makes a signer of it.
 *
 * @throws TuttiError `key-unreadable`
 */
export async function signerOf(given: SigningKey, participant: string): Promise<Signer> {
  // Only who signs loads what signing takes.
  const [{ createPrivateKey, createPublicKey }, { signEvent }] = await Promise.all([
    import('node:crypto'),
    import('@tutti/contracts'),
  ]);
  const named =
    typeof given === 'object' && 'key' in given ? given : { key: given as Exclude<SigningKey, { key: unknown }> };
  const where = typeof named.key === 'string' ? named.key : 'key';
  const { key, kid } = await load(named.key);
  const publicKey = createPublicKey(key).export({ format: 'jwk' }).x!;
  const signer: Signer = {
    kid: ('kid' in named ? named.kid : undefined) ?? kid,
    publicKey,
    sign(event) {
      return signEvent(event, key, signer.kid ?? `${participant}#1`);
    },
  };
  return signer;

  async function load(from: string | KeyObject | JsonWebKey): Promise<{ key: KeyObject; kid: string | undefined }> {
    try {
      const source = typeof from === 'string' ? await readKey(from) : from;
      const read =
        typeof source === 'string'
          ? { key: createPrivateKey(source), kid: undefined }
          : 'kty' in source
            ? { key: createPrivateKey({ key: { ...source }, format: 'jwk' }), kid: source.kid }
            : { key: source, kid: undefined };
      if (read.key.type !== 'private' || read.key.asymmetricKeyType !== 'ed25519') {
        throw new TypeError(`it is a ${read.key.type} key (${read.key.asymmetricKeyType ?? 'symmetric'})`);
      }
      return read;
    } catch (cause) {
      throw new TuttiError('key-unreadable', `no Ed25519 private key: ${(cause as Error).message}`, {
        where,
        mend: 'make one with: tutti keys new',
        cause,
      });
    }
  }
}

async function readKey(path: string): Promise<string | JsonWebKey> {
  const { readFile } = await import('node:fs/promises');
  const text = (await readFile(path, 'utf8')).trim();
  return text.startsWith('{') ? (JSON.parse(text) as JsonWebKey) : text;
}
