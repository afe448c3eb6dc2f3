/** One request of the kit. */
export interface Step {
  it: string;
  headers: Record<string, string>;
  /** Its bytes in UTF-8; what is no UTF-8 stands in `bodyBase64`. */
  body?: string;
  bodyBase64?: string;
  /** Signs the event of `body` (structured) before it is sent. */
  sign?: true;
}

const STRUCTURED = { 'content-type': 'application/cloudevents+json' };
const BATCH = { 'content-type': 'application/cloudevents-batch+json' };
export const NOW = '2026-03-02T10:15:00.000Z';

/** An event in structured form. */
export function event(type: string, subject: string, by: string, id: string, more: object = {}): object {
  return {
    specversion: '1.0',
    id,
    source: `/participants/${by}`,
    type,
    subject,
    time: NOW,
    ...more,
  };
}

const placing = { data: { seller: 'seller-3', total: 4200 } };
const shipping = { data: { carrier: 'carrier-1' } };

function send(it: string, body: object): Step {
  return { it, headers: STRUCTURED, body: JSON.stringify(body) };
}

/** The files of the kit: steps, in order, each file on a backbone of its own. */
export const EXCHANGES: Readonly<Record<string, readonly Step[]>> = {
  structured: [
    send('a decision is accepted', event('order.place', 'order-1', 'buyer-9', 'p-1', placing)),
    send('the next one sees the state after it', event('order.ship', 'order-1', 'seller-3', 's-1', shipping)),
    send('a decision without data has an empty object', event('order.arrive', 'order-1', 'carrier-1', 'a-1')),
    send('a fact that does not fit is accepted and irregular', event('order.arrive', 'order-1', 'carrier-1', 'a-2')),
    {
      it: 'white space and the order of members do not matter; the bytes are kept',
      headers: STRUCTURED,
      body: `{ "subject": "order-2", "type": "order.place", "id": "p-2", "source": "/participants/buyer-9", "time": "${NOW}",\n  "data": { "total": 4200, "seller": "seller-3", "note": "bücher" }, "specversion": "1.0" }`,
    },
    send('in observe mode every refusal is irregular', event('visit.end', 'visit-1', 'seller-3', 'e-1')),
  ],
  binary: [
    {
      it: 'attributes as headers, data as the body',
      headers: {
        'content-type': 'application/json',
        'ce-specversion': '1.0',
        'ce-id': 'p-1',
        'ce-source': '/participants/buyer-9',
        'ce-type': 'order.place',
        'ce-subject': 'order-1',
        'ce-time': NOW,
      },
      body: JSON.stringify(placing.data),
    },
    {
      it: 'percent-encoding in headers is undone; basedon is an integer as text',
      headers: {
        'content-type': 'application/json',
        'ce-specversion': '1.0',
        'ce-id': 'caf%C3%A9',
        'ce-source': '/participants/seller-3',
        'ce-type': 'order.ship',
        'ce-subject': 'order-1',
        'ce-time': NOW,
        'ce-basedon': '1',
      },
      body: JSON.stringify(shipping.data),
    },
  ],
  retrying: [
    send('first', event('order.place', 'order-1', 'buyer-9', 'p-1', placing)),
    send('the same bytes again: the first verdict again', event('order.place', 'order-1', 'buyer-9', 'p-1', placing)),
    {
      it: 'the same content in binary mode: the first verdict again',
      headers: {
        'content-type': 'application/json',
        'ce-specversion': '1.0',
        'ce-id': 'p-1',
        'ce-source': '/participants/buyer-9',
        'ce-type': 'order.place',
        'ce-subject': 'order-1',
        'ce-time': NOW,
      },
      body: JSON.stringify(placing.data),
    },
    send(
      'the same id with other content',
      event('order.place', 'order-1', 'buyer-9', 'p-1', { data: { seller: 'seller-3', total: 4300 } }),
    ),
    send('too early: retryable, the id is not used up', event('order.arrive', 'order-2', 'carrier-1', 'a-1')),
    send(
      'a rejection uses its id up',
      event('order.place', 'order-3', 'buyer-9', 'p-3', { data: { seller: 'seller-3', total: 50 } }),
    ),
    send(
      'so it is the answer again',
      event('order.place', 'order-3', 'buyer-9', 'p-3', { data: { seller: 'seller-3', total: 50 } }),
    ),
  ],
  refusals: [
    send('an attribute is missing', { ...event('order.place', 'order-1', 'buyer-9', 'p-0', placing), time: undefined }),
    send(
      'time lies too far ahead',
      event('order.place', 'order-1', 'buyer-9', 'p-1', { ...placing, time: '2026-03-02T11:15:00.000Z' }),
    ),
    send(
      'time lies before the window of ids',
      event('order.place', 'order-1', 'buyer-9', 'p-2', { ...placing, time: '2025-12-01T00:00:00.000Z' }),
    ),
    send('the model has no such decision', event('order.return', 'order-1', 'buyer-9', 'r-1')),
    send(
      'a version that was never published',
      event('order.place', 'order-1', 'buyer-9', 'p-3', { ...placing, dataschema: 'tutti:order.place/9' }),
    ),
    send(
      'the data does not fit',
      event('order.place', 'order-1', 'buyer-9', 'p-4', { data: { seller: 'seller-3', total: 42.5, gift: true } }),
    ),
    send('a role is missing', event('order.place', 'order-1', 'carrier-1', 'p-5', placing)),
    send(
      'the participant named does not hold the role',
      event('order.place', 'order-1', 'buyer-9', 'p-6', { data: { seller: 'carrier-1', total: 4200 } }),
    ),
    send(
      'a rule does not hold',
      event('order.place', 'order-1', 'buyer-9', 'p-7', { data: { seller: 'seller-3', total: 50 } }),
    ),
    send('accepted', event('order.place', 'order-1', 'buyer-9', 'p-8', placing)),
    send('accepted, by the buyer', event('order.cancel', 'order-1', 'buyer-9', 'c-1')),
    send('the seller was slower', event('order.ship', 'order-1', 'seller-3', 's-1', { ...shipping, basedon: 1 })),
    send(
      'the seller has seen it, and the model has no answer',
      event('order.ship', 'order-1', 'seller-3', 's-2', { ...shipping, basedon: 2 }),
    ),
    { it: 'no JSON', headers: STRUCTURED, body: '{"specversion":"1.0",' },
    { it: 'another content type', headers: { 'content-type': 'text/plain' }, body: 'hello' },
  ],
  batch: [
    {
      it: 'one answer each, in order; what cannot be a decision does not stop the others',
      headers: BATCH,
      body: JSON.stringify([
        event('order.place', 'order-1', 'buyer-9', 'p-1', placing),
        event('order.ship', 'order-1', 'seller-3', 's-1', shipping),
        event('order.place', 'order-2', 'buyer-9', 'p-2', { data: { seller: 'seller-3', total: 50 } }),
        event('order.place', 'order-1', 'buyer-9', 'p-1', placing),
      ]),
    },
    { it: 'a batch is a list', headers: BATCH, body: '{}' },
  ],
  signed: [
    {
      ...send('a participant with a key signs', event('order.place', 'order-1', 'signer-1', 'p-1', placing)),
      sign: true,
    },
    send(
      'without a signature it is refused before anything is recorded',
      event('order.place', 'order-2', 'signer-1', 'p-2', placing),
    ),
    send(
      'a signature that does not fit',
      event('order.place', 'order-3', 'signer-1', 'p-3', {
        ...placing,
        signature:
          'eyJhbGciOiJFZERTQSIsImtpZCI6InNpZ25lci0xIzEifQ..AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA',
      }),
    ),
  ],
};
