import { canonicalEvent, signEvent, verifySignature } from '@tutti/contracts';
import type { Json, JsonObject } from '@tutti/kernel';
import { event } from './http-cases.ts';
import { KEY, KID, privateKey } from './key.ts';

const TRACE = '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01';
const data = { seller: 'seller-3', total: 4200, note: 'bücher' };
const plain = event('order.place', 'order-1', 'signer-1', 'p-1', { data });

const EVENTS: readonly [string, object][] = [
  ['a structured event', plain],
  [
    'datacontenttype and traceparent are not signed',
    { ...plain, datacontenttype: 'application/json', traceparent: TRACE },
  ],
  [
    'basedon is signed as an integer, exact as a boolean, also where binary mode sent text',
    { ...plain, basedon: '3', exact: 'true' },
  ],
  ['an attribute that is null is absent', { ...plain, causationid: null }],
  ['an event without data', event('order.cancel', 'order-1', 'signer-1', 'c-1')],
  [
    'numbers as RFC 8785 writes them',
    event('order.place', 'order-1', 'signer-1', 'p-2', { data: { total: 4200, ratio: 1e-7, many: 1e21 } }),
  ],
];

/** What is signed and how it looks, for events that are spelled in different ways; and what does not hold. */
export function signatureVectors(): Json {
  const cases = EVENTS.map(([it, given]) => {
    const payload = canonicalEvent(given as JsonObject);
    const signature = signEvent(given as JsonObject, privateKey(), KID);
    const [header] = signature.split('.');
    return {
      it,
      event: given as JsonObject,
      payload,
      input: `${header}.${Buffer.from(payload).toString('base64url')}`,
      signature,
    };
  });
  return { key: KEY, kid: KID, cases, invalid: invalid(cases[0]!.signature) };
}

/** Signed events that must be refused. */
function invalid(signature: string): Json {
  const events: [string, JsonObject][] = [
    ['other data', { ...plain, data: { ...data, total: 1 }, signature }],
    ['another subject', { ...plain, subject: 'order-2', signature }],
    ['one more attribute', { ...plain, more: 'x', signature }],
    ['a payload in it', { ...plain, signature: signature.replace('..', '.e30.') }],
    ['padding', { ...plain, signature: `${signature}=` }],
    ['another key id', { ...plain, signature: signEvent(plain as JsonObject, privateKey(), 'signer-1#2') }],
    ['another algorithm', { ...plain, signature: `${Buffer.from('{"alg":"none"}').toString('base64url')}..` }],
  ];
  return events.map(([it, given]) => {
    if (verifySignature(given, { [KID]: KEY.x }).valid) throw new Error(`${it}: it holds`);
    return { it, event: given };
  });
}
