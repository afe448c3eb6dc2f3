import type { KeyObject } from 'node:crypto';
import { type JsonObject, TuttiError } from '@tutti/kernel';

/**
 * A participant's private key (Ed25519): the path of a file (PKCS #8 PEM, or a JWK as JSON), the key itself, or a JWK.
 * A JWK's `kid` names it; else it is `PARTICIPANT#1`, or what `kid` says.
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
  readonly kid: string;
  /** The value of an event's attribute `signature` (a detached JWS, DESIGN §11). */
  sign(event: JsonObject): string;
}

/**
 * Reads a key and makes a signer of it.
 *
 * @throws TuttiError `key-unreadable`
 */
export async function signerOf(given: SigningKey, participant: string): Promise<Signer> {
  // Only who signs loads what signing takes.
  const [{ createPrivateKey }, { signEvent }] = await Promise.all([import('node:crypto'), import('@tutti/contracts')]);
  const named =
    typeof given === 'object' && 'key' in given ? given : { key: given as Exclude<SigningKey, { key: unknown }> };
  const where = typeof named.key === 'string' ? named.key : 'key';
  const { key, kid } = await load(named.key);
  const keyId = ('kid' in named ? named.kid : undefined) ?? kid ?? `${participant}#1`;
  return { kid: keyId, sign: (event) => signEvent(event, key, keyId) };

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
