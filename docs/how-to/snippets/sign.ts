/* oxlint-disable no-console */
// A decision signed by hand, with nothing of ours: what a client in another language does.
// #region sign
import { generateKeyPairSync, randomUUID, sign } from 'node:crypto';

const url = process.env['TUTTI_URL'] ?? 'http://127.0.0.1:4400';
const { publicKey, privateKey } = generateKeyPairSync('ed25519');

// An operator registers the public key once. From then on this participant must sign.
const participant = {
  id: 'buyer-7',
  roles: ['buyer'],
  publicKey: publicKey.export({ format: 'jwk' }).x,
  because: 'how-to',
};
const headers = { 'content-type': 'application/json' };
const registered = await fetch(`${url}/v1/participants`, {
  method: 'POST',
  headers,
  body: JSON.stringify(participant),
});
const { keys } = ((await registered.json()) as { participant: { keys: { kid: string }[] } }).participant;

/** RFC 8785 where names are ASCII and numbers are integers: members sorted, no white space. */
function canonical(value: unknown): string {
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  if (Array.isArray(value)) return `[${value.map((one) => canonical(one)).join(',')}]`;
  const members = Object.entries(value).toSorted(([a], [b]) => (a < b ? -1 : 1));
  return `{${members.map(([name, one]) => `${JSON.stringify(name)}:${canonical(one)}`).join(',')}}`;
}

const event = {
  specversion: '1.0',
  id: randomUUID(),
  source: '/participants/buyer-7',
  type: 'order.place',
  subject: 'order-signed',
  time: new Date().toISOString(),
  data: {
    seller: 'seller-3',
    total: 4200,
    category: 'books',
    promised: new Date(Date.now() + 3 * 86_400_000).toISOString(),
  },
};
const base64url = (bytes: string | Buffer): string => Buffer.from(bytes).toString('base64url');
const header = base64url(JSON.stringify({ alg: 'EdDSA', kid: keys[0]!.kid }));
const signature = sign(null, Buffer.from(`${header}.${base64url(canonical(event))}`), privateKey);

const answer = await fetch(`${url}/v1/decisions`, {
  method: 'POST',
  headers: { 'content-type': 'application/cloudevents+json' },
  body: JSON.stringify({ ...event, signature: `${header}..${base64url(signature)}` }),
});
console.log(answer.status, ((await answer.json()) as { auth: string }).auth); // 201 signature buyer-7#1
// #endregion
if (answer.status !== 201) throw new Error(`answered ${answer.status}`);
