import { Buffer } from 'node:buffer';
import { sha256Hex, type JsonObject } from '@tutti/kernel';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { eventOf } from '../fixture/given.js';
import { DECISION_BYTES_MAX, readEvent } from './read-event.js';

const GOOD = eventOf({ id: 'a', by: 'buyer-1', type: 'order.note', data: { text: 'hi' } });

function structured(text: string | Uint8Array, key?: string) {
  return readEvent({ mode: 'structured', bytes: Buffer.from(text as string), ...(key !== undefined && { key }) });
}

function reasonsOf(text: string | Uint8Array, key?: string) {
  const event = structured(text, key);
  return event.readable ? [] : event.reasons.map(({ code, pointer }) => [code, pointer]);
}

describe('reading an event in structured mode', () => {
  it('gives its attributes, its data, and its bytes as received', () => {
    const text = JSON.stringify({ ...GOOD, basedon: 3, exact: true, dataschema: 'tutti:order.note/2' });
    const event = structured(` ${text} \r\n`);
    expect(event).toMatchObject({
      readable: true,
      data: { text: 'hi' },
      encoded: { as: 'json', text, mode: 'structured' },
      hash: sha256Hex(text),
    });
    expect(event.attributes).toEqual({
      id: 'a',
      source: '/participants/buyer-1',
      participant: 'buyer-1',
      type: 'order.note',
      subject: 'order-1',
      time: '2026-03-02T10:00:00Z',
      timeMs: Date.UTC(2026, 2, 2, 10),
      basedon: 3,
      exact: true,
      dataschema: 'tutti:order.note/2',
    });
  });

  it('keeps pretty-printed JSON as base64, so that a record stays one line', () => {
    const text = JSON.stringify(GOOD, undefined, 2);
    const event = structured(`${text}\n`);
    expect(event).toMatchObject({ readable: true, hash: sha256Hex(text) });
    expect(Buffer.from(event.encoded.text, 'base64').toString()).toBe(text);
    expect(event.encoded.as).toBe('base64');
  });

  it.each([
    ['nothing', ''],
    ['white space', ' \n'],
    ['no JSON', 'hello'],
    ['cut JSON', '{"id":"a"'],
    ['a byte order mark', `\ufeff${JSON.stringify(GOOD)}`],
    ['no UTF-8', Buffer.from([0x7b, 0xff, 0x7d])],
    ['a surrogate in UTF-8', Buffer.from([0x22, 0xed, 0xa0, 0x80, 0x22])],
    ['U+0000', '{"id":"a\\u0000"}'],
    ['U+0000 in a key', '{"a\\u0000":1}'],
    ['a high surrogate alone', '{"id":"\\ud800"}'],
    ['a low surrogate alone', '{"id":"\\udc00"}'],
    ['two high surrogates', '{"id":"\\ud800\\ud800\\udc00"}'],
    ['surrogates apart', '{"id":"\\ud800 \\udc00"}'],
    ['a surrogate in a value that a later key shadows', '{"id":"\\ud800","id":"a"}'],
    ['a high surrogate at the end of a key', '{"\\uD83D":1}'],
  ])('calls %s unreadable, keeps the bytes, files it under the key', (_, bytes) => {
    const event = structured(bytes, 'order-7');
    expect(reasonsOf(bytes)).toEqual([['unreadable', undefined]]);
    expect(event).toMatchObject({ subject: 'order-7', attributes: {}, hash: sha256Hex(Buffer.from(bytes as string)) });
    expect(Buffer.from(event.encoded.text, 'base64')).toEqual(Buffer.from(bytes as string));
  });

  it.each(['\\ud83d\\ude00', '\\\\ud800', '\\u0041', '\\\\u0000', '\ud83d\ude00'])('reads a text with %s', (escape) => {
    expect(structured(JSON.stringify(GOOD).replace('hi', escape))).toMatchObject({ readable: true });
  });

  it('agrees with a naive reader about texts that hold what no store can keep', () => {
    const unit = fc.constantFrom(
      '\\ud800',
      '\\udbff',
      '\\udc00',
      '\\udfff',
      '\\u0000',
      '\\\\',
      'u',
      'd800',
      '\\n',
      '\ud83d\ude00',
    );
    fc.assert(
      fc.property(fc.array(unit, { maxLength: 6 }), (units) => {
        const text = JSON.stringify(GOOD).replace('hi', () => units.join(''));
        const value = (JSON.parse(text) as { data: { text: string } }).data.text;
        const isFit = value.isWellFormed() && !value.includes('\0');
        expect(structured(text).readable).toBe(isFit);
      }),
    );
  });

  it('refuses more than 512 KiB, and keeps the hash only', () => {
    const bytes = Buffer.alloc(DECISION_BYTES_MAX + 1, 0x20);
    expect(structured(bytes, 'order-7')).toMatchObject({
      readable: false,
      reasons: [{ code: 'too-large' }],
      subject: 'order-7',
      encoded: { as: 'base64', text: '' },
      hash: sha256Hex(bytes),
    });
  });

  it('takes 64 levels and refuses 65, and 10,000, in objects and arrays', () => {
    const at = (levels: number) => {
      const nested = '[{"a":'.repeat(levels / 2) + '1' + '}]'.repeat(levels / 2);
      return structured(JSON.stringify(GOOD).replace('"hi"', nested));
    };
    expect(at(62)).toMatchObject({ readable: true });
    expect(at(64)).toMatchObject({ readable: false, reasons: [{ code: 'too-large' }], subject: 'order-1' });
    expect(at(10_000)).toMatchObject({ readable: false, reasons: [{ code: 'too-large' }] });
    const noObject = structured('['.repeat(10_000) + ']'.repeat(10_000));
    expect(noObject).toMatchObject({ readable: false, reasons: [{ code: 'too-large' }], encoded: { text: '' } });
    expect(reasonsOf('['.repeat(200_000))).toEqual([['unreadable', undefined]]);
  });

  it.each<[string, JsonObject | string, string[]]>([
    ['no object', '[1]', ['']],
    ['no specversion', { ...GOOD, specversion: null }, ['/specversion']],
    ['another specversion', { ...GOOD, specversion: '0.3' }, ['/specversion']],
    ['no attributes', { specversion: '1.0' }, ['/id', '/source', '/type', '/subject']],
    ['an empty id', { ...GOOD, id: '' }, ['/id']],
    ['a number as id', { ...GOOD, id: 7 }, ['/id']],
    ['an id with a line feed', { ...GOOD, id: 'a\nb' }, ['/id']],
    ['an id that is too long', { ...GOOD, id: 'x'.repeat(257) }, ['/id']],
    ['a source that is no participant', { ...GOOD, source: '/clock' }, ['/source']],
    ['a source with a slash', { ...GOOD, source: '/participants/a/b' }, ['/source']],
    ['a source without id', { ...GOOD, source: '/participants/' }, ['/source']],
    ['a source with a space', { ...GOOD, source: '/participants/a b' }, ['/source']],
    ['a time that does not exist', { ...GOOD, time: '2026-02-30T00:00:00Z' }, ['/time']],
    ['a negative basedon', { ...GOOD, basedon: -1 }, ['/basedon']],
    ['exact without basedon', { ...GOOD, exact: true }, ['/exact']],
    ['exact that is no boolean', { ...GOOD, exact: 1, basedon: 1 }, ['/exact']],
    ['a content type that is no JSON', { ...GOOD, datacontenttype: 'text/xml' }, ['/datacontenttype']],
    ['another charset', { ...GOOD, datacontenttype: 'application/json; charset=latin1' }, ['/datacontenttype']],
    ['a payload as base64', { ...GOOD, data_base64: 'e30=' }, ['/data_base64']],
    ['an attribute with capitals', { ...GOOD, basedOn: 1 }, ['/basedOn']],
    ['an attribute that nests', { ...GOOD, more: {} }, ['/more']],
    ['an attribute that is a fraction', { ...GOOD, more: 1.5 }, ['/more']],
    ['an attribute named __proto__', JSON.stringify(GOOD).replace('"id"', '"__proto__":{"a":1},"id"'), ['/__proto__']],
  ])('refuses %s, by pointer', (_, event, pointers) => {
    const text = typeof event === 'string' ? event : JSON.stringify(event);
    expect(reasonsOf(text)).toEqual(pointers.map((pointer) => ['envelope-invalid', pointer]));
  });

  it.each(['application/json', 'application/json; charset=UTF-8', 'application/vnd.shop+json', null])(
    'takes the content type %s',
    (datacontenttype) => {
      expect(structured(JSON.stringify({ ...GOOD, datacontenttype })).readable).toBe(true);
    },
  );

  it('files a broken envelope under its subject, and says what could be read', () => {
    const event = structured(JSON.stringify({ ...GOOD, source: 'me' }), 'another');
    expect(event).toMatchObject({ readable: false, subject: 'order-1', attributes: { id: 'a', type: 'order.note' } });
  });

  it('leaves __proto__ in the data, and numbers beyond 2^53, to the schema', () => {
    const text = JSON.stringify(GOOD).replace('"hi"', '9007199254740993,"__proto__":{"admin":true}');
    const event = structured(text);
    expect(event.readable && Object.keys(event.data as JsonObject)).toEqual(['text', '__proto__']);
    expect(({} as { admin?: boolean }).admin).toBeUndefined();
    expect(event.encoded.text).toBe(text);
  });

  it('never throws, whatever the bytes', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 60 }), (bytes) => {
        const event = readEvent({ mode: 'structured', bytes, key: bytes });
        return event.readable || event.reasons.length > 0;
      }),
    );
    fc.assert(
      fc.property(fc.json(), (json) => {
        const event = structured(json);
        return event.readable || event.reasons.length > 0;
      }),
    );
  });
});

describe('reading an event in binary mode', () => {
  const headers = {
    'content-type': 'application/json',
    'ce-specversion': '1.0',
    'ce-id': 'ship%2017',
    'ce-source': '/participants/seller-3',
    'ce-type': 'order.ship',
    'ce-subject': 'order-17',
    'ce-basedon': '1',
    host: 'localhost',
  };

  it('assembles headers and body to an event, over HTTP with percent-encoding undone', () => {
    const event = readEvent({ mode: 'binary', headers, bytes: Buffer.from(' {"carrier": "c-1"}') });
    expect(event.encoded).toEqual({
      as: 'json',
      mode: 'binary',
      text:
        '{"datacontenttype":"application/json","specversion":"1.0","id":"ship 17","source":"/participants/seller-3",' +
        '"type":"order.ship","subject":"order-17","basedon":"1","data":{"carrier": "c-1"}}',
    });
    expect(event).toMatchObject({ readable: true, data: { carrier: 'c-1' }, hash: sha256Hex(event.encoded.text) });
    expect(event.attributes).toMatchObject({ id: 'ship 17', basedon: 1 });
  });

  it('takes Kafka headers as they are', () => {
    const kafka = Object.fromEntries(
      Object.entries(headers).map(([name, value]) => [name.replace('ce-', 'ce_'), Buffer.from(value)]),
    );
    const event = readEvent({ mode: 'binary', headers: kafka, bytes: Buffer.from('{}'), key: 'order-17' });
    expect(event).toMatchObject({ readable: true, attributes: { id: 'ship%2017' } });
  });

  it('takes an empty body as no data', () => {
    const event = readEvent({ mode: 'binary', headers, bytes: Buffer.alloc(0) });
    expect(event).toMatchObject({ readable: true, data: undefined });
    expect(event.encoded.text).toMatch(/"basedon":"1"}$/);
  });

  it('keeps who sent a body that is no JSON, and the body', () => {
    const body = Buffer.from('{"a":1},"id":"another"');
    const event = readEvent({ mode: 'binary', headers, bytes: body });
    expect(event).toMatchObject({ readable: false, subject: 'order-17', attributes: { id: 'ship 17' } });
    expect(event.readable ? [] : event.reasons).toMatchObject([{ code: 'unreadable' }]);
    expect(JSON.parse(event.encoded.text)).toMatchObject({ id: 'ship 17', data_base64: body.toString('base64') });
  });

  it.each([
    ['a percent sign that encodes nothing', { ...headers, 'ce-id': '%zz' }],
    ['percent-encoded bytes that are no UTF-8', { ...headers, 'ce-id': '%ff' }],
    ['an attribute given twice', { ...headers, ce_id: 'other' }],
    ['a list of values', { ...headers, 'ce-id': ['a', 'b'] }],
    ['bytes that are no UTF-8', { ...headers, 'ce-id': Buffer.from([0xff]) }],
  ])('refuses %s', (_, broken) => {
    const event = readEvent({ mode: 'binary', headers: broken, bytes: Buffer.from('{}') });
    expect(event.readable ? [] : event.reasons[0]).toMatchObject({ code: 'envelope-invalid', pointer: '/id' });
  });

  it('calls U+0000 in a header unreadable', () => {
    const event = readEvent({ mode: 'binary', headers: { ...headers, 'ce-id': 'a%00' }, bytes: Buffer.from('{}') });
    expect(event.readable ? [] : event.reasons).toMatchObject([{ code: 'unreadable' }]);
    expect(event.encoded.as).toBe('base64');
  });

  it('reads header bytes beyond ASCII as the UTF-8 their sender meant', () => {
    const raw = Buffer.from('bestellung-ä').toString('latin1');
    const event = readEvent({ mode: 'binary', headers: { ...headers, 'ce-subject': raw }, bytes: Buffer.from('{}') });
    expect(event.attributes.subject).toBe('bestellung-ä');
  });
});
