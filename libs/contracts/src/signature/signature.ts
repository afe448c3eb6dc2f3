import { Buffer } from 'node:buffer';
import { createPublicKey, sign, verify, type KeyObject } from 'node:crypto';
import { canonicalJson, type Json, type JsonObject } from '@tutti/kernel';
import { canonicalEvent, canonicalFormOf, normalEvent } from './canonical-event.js';

/** Result of checking a signature: the key that made it, or why it does not hold, as a sentence. */
export type SignatureCheck = { valid: true; kid: string } | { valid: false; why: string };

/**
 * Signs an event (DESIGN §11): detached JWS (RFC 7515 appendix F), EdDSA over Ed25519, payload the event's canonical
 * form. Returns the value of the attribute `signature`.
 *
 * @param event the event in structured form, without its signature or with an old one
 * @param privateKey an Ed25519 private key
 * @param kid the key's id as the registry gives it: `seller-3#2`
 */
export function signEvent(event: JsonObject, privateKey: KeyObject, kid: string): string {
  const header = Buffer.from(JSON.stringify({ alg: 'EdDSA', kid })).toString('base64url');
  const signature = sign(null, Buffer.from(signingInput(header, canonicalEvent(event))), privateKey);
  return `${header}..${signature.toString('base64url')}`;
}

/**
 * Checks the attribute `signature` of an event against a participant's keys.
 *
 * A signer who took "the event in structured form" to the letter has signed `datacontenttype` as well: both are good.
 *
 * @param keys key id → raw Ed25519 public key, base64url; retired keys are not among them
 */
export function verifySignature(event: JsonObject, keys: Readonly<Record<string, string>>): SignatureCheck {
  const jws = event['signature'];
  if (typeof jws !== 'string') return no('it is not signed');
  const parts = jws.split('.');
  if (parts.length !== 3 || parts[1] !== '') return no('the signature is no detached JWS (HEADER..SIGNATURE)');
  const header = readHeader(parts[0]!);
  if (header === undefined) return no('the header of the signature is no JSON object');
  if (header['alg'] !== 'EdDSA') return no('the signature must be made with alg EdDSA (Ed25519)');
  if ('crit' in header) return no('the signature demands extensions (crit) that are not known');
  const kid = header['kid'];
  if (typeof kid !== 'string') return no('the header of the signature names no kid');
  const key = Object.hasOwn(keys, kid) ? publicKey(keys[kid]!) : undefined;
  if (key === undefined) return no(`${kid} is not a key in use of this participant`);
  const signature = fromBase64Url(parts[2]!);
  if (signature?.length !== 64) return no('the signature has not the 64 bytes of Ed25519');
  const form = canonicalFormOf(event);
  if (form === undefined) return no('a number in the event is beyond what can be signed (RFC 8785)');
  const holds = (payload: string): boolean =>
    verify(null, Buffer.from(signingInput(parts[0]!, payload)), key, signature);
  const withType = (): string => canonicalJson({ ...normalEvent(event), datacontenttype: 'application/json' });
  if (holds(form) || holds(withType())) return { valid: true, kid };
  return no(`the signature does not fit the event and key ${kid}`);
}

/** The key id a detached JWS claims, or undefined; says nothing about whether it holds. */
export function claimedKid(jws: string): string | undefined {
  const kid = readHeader(jws.slice(0, Math.max(0, jws.indexOf('.'))))?.['kid'];
  return typeof kid === 'string' ? kid : undefined;
}

function signingInput(header: string, payload: string): string {
  return `${header}.${Buffer.from(payload).toString('base64url')}`;
}

function readHeader(part: string): Record<string, Json> | undefined {
  const bytes = fromBase64Url(part);
  if (bytes === undefined) return undefined;
  try {
    const header = JSON.parse(bytes.toString('utf8')) as Json;
    return typeof header === 'object' && header !== null && !Array.isArray(header) ? header : undefined;
  } catch {
    return undefined;
  }
}

/** Strict: the one spelling that these bytes have, so that no signature has two. */
function fromBase64Url(text: string): Buffer | undefined {
  const bytes = Buffer.from(text, 'base64url');
  return bytes.toString('base64url') === text ? bytes : undefined;
}

const KEYS_MAX = 10_000;
const keyObjects = new Map<string, KeyObject>();

function publicKey(raw: string): KeyObject | undefined {
  const known = keyObjects.get(raw);
  if (known !== undefined) return known;
  let key: KeyObject;
  try {
    key = createPublicKey({ key: { kty: 'OKP', crv: 'Ed25519', x: raw }, format: 'jwk' });
  } catch {
    return undefined;
  }
  if (keyObjects.size >= KEYS_MAX) keyObjects.clear();
  keyObjects.set(raw, key);
  return key;
}

function no(why: string): SignatureCheck {
  return { valid: false, why };
}
