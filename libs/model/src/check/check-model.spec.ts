import { describe, expect, it } from 'vitest';
import { compileModel } from '../compile-model.js';
import { endsOf } from '../machine.js';
import { parseModel, type ParseOptions } from '../parse/parse-model.js';

/** A small shop; parts can be replaced. */
function shop(part: { subject?: string; decisions?: string; more?: string }): string {
  return `tutti: 1
model: shop
roles: { buyer: buys, seller: sells }
assets: { USD: 2, EUR: 2 }
interaction:
  order:
    states: [placed, sent, closed]
    parties: { buyer: place.by, seller: place.seller }
    ${part.subject ?? 'keeps: { total: place.total }'}
    decisions:
      place: { by: buyer, moves: new -> placed, data: { seller: seller, total: USD, tip?: EUR } }
      send: { by: seller, moves: placed -> sent }
      close: { by: buyer, moves: sent -> closed }
      ${part.decisions ?? 'lapse: { by: clock, moves: placed -> closed, after: 2 days }'}
${part.more ?? ''}`;
}

function found(text: string, options: ParseOptions = {}): string[] {
  return parseModel(text, 'shop.yaml', options).problems.map(
    ({ severity, code, message }) => `${severity} ${code}: ${message}`,
  );
}

describe('checkModel', () => {
  it('is silent on the shop', () => {
    expect(found(shop({}))).toEqual([]);
  });

  it('knows where subjects end, self-loops and all', () => {
    const { definition } = parseModel(
      shop({ decisions: 'note: { by: seller, moves: closed -> closed }' }),
      'shop.yaml',
    );
    expect(endsOf(definition!.interaction['order']!)).toEqual(['closed']);
    const circle = parseModel(shop({ decisions: 'again: { by: buyer, moves: closed -> placed }' }), 'shop.yaml');
    expect(endsOf(circle.definition!.interaction['order']!)).toEqual([]);
  });

  it('finds a state that only unreachable states lead to', () => {
    const text = shop({ decisions: 'jump: { by: buyer, moves: lost -> gone }' }).replace(
      'sent, closed]',
      'sent, closed, lost, gone]',
    );
    expect(found(text)).toEqual([
      'error unreachable-state: `lost` is never reached: no decision moves to it',
      'error unreachable-state: `gone` is never reached: only from states that are unreachable themselves',
    ]);
  });

  it.each([
    ['send', 'order.total > 5', []],
    ['send', 'order.sentAt > at', ['warning maybe-missing: `order.sentAt` is not set on every path to here']],
    ['close', 'order.sentAt > at - days(3)', []],
    ['place', 'order.total > 5', ['warning maybe-missing: `order.total` is not set on every path to here']],
    ['place', 'order.seller != by.id', []],
    ['place', 'data.tip > 5', ['warning maybe-missing: `data.tip` is optional']],
    ['place', 'has(data.tip) && data.tip > 5', []],
    ['place', '!has(data.tip) || data.tip > 5', []],
    ['place', 'has(data.tip) ? data.tip > 5 : true', []],
    ['place', 'data.tip > 5 && has(data.tip)', []],
    ['place', 'data.tip > data.total', ['error unit-mixed: an amount of EUR and an amount of USD are mixed']],
    ['send', 'order.sends == 0 && order.sum >= 0', []],
  ])('%s requires %s', (verb, cel, expected) => {
    const text = shop({
      subject: 'keeps: { total: place.total, sentAt: send.at, sends: count(send), sum: sum(place.total) }',
    });
    const wanted = text.replace(
      new RegExp(`( {6}${verb}: .*) }\n`),
      (_, line: string) => `${line}, requires: { it: "${cel}" } }\n`,
    );
    expect(wanted).not.toBe(text);
    expect(found(wanted)).toEqual(expected);
  });

  it('searches the loops of a state machine for holds left open', () => {
    const rules = (post: string): string => `incentive:
  accounts: { wallet: { each: participant }, bank: {} }
  rules:
    hold: { when: order.place, hold: order.total, from: bank, to: seller.wallet }
    done: { when: ${post}, post: hold }
`;
    const decisions = 'back: { by: seller, moves: sent -> placed }';
    expect(found(shop({ decisions, more: rules('order.close') }))).toEqual([]);
    expect(found(shop({ decisions, more: rules('order.send') }))).toEqual([]);
    expect(
      found(
        shop({ decisions: 'lapse: { by: clock, moves: placed -> closed, after: 2 days }', more: rules('order.send') }),
      ),
    ).toEqual(['error hold-left-open: `hold` stays open on the path place → lapse']);
    expect(found(shop({ decisions: 'note: { by: seller }', more: rules('order.note') }))).toEqual([
      'error hold-left-open: `hold` stays open on the path place → send → close',
    ]);
  });

  it('lets two conditions share one hold, and warns of one', () => {
    const more = (second: string): string => `incentive:
  accounts: { bank: {}, till: {} }
  rules:
    hold: { when: order.place, hold: order.total, from: bank, to: till }
    big: { when: order.close, if: order.total > 9, post: hold }
${second}`;
    const decisions = 'note: { by: seller }';
    expect(
      found(shop({ decisions, more: more('    small: { when: order.close, if: order.total <= 9, void: hold }\n') })),
    ).toEqual([]);
    expect(found(shop({ decisions, more: more('') }))).toEqual([
      'warning hold-left-open: `hold` stays open on the path place → send → close where the rule’s `if` does not hold',
    ]);
  });

  it('asks of which asset an amount is', () => {
    const more =
      'incentive:\n  accounts: { bank: {}, till: {} }\n  rules:\n    fee: { when: order.close, pay: 30, from: till, to: bank }\n';
    expect(found(shop({ more }))).toEqual(['error unit-mixed: nothing says of which asset: USD, EUR']);
    expect(found(shop({ more }).replace(', EUR: 2', '').replace('tip?: EUR', 'tip?: USD'))).toEqual([]);
  });

  it('lets a measure count two subjects, and an expression read one', () => {
    const second = `  parcel:
    states: [sent]
    decisions: { send: { by: seller, moves: new -> sent } }
`;
    expect(found(shop({ more: `${second}measures: { sends: { when: order.send | parcel.send } }\n` }))).toEqual([]);
    expect(
      found(shop({ more: `${second}measures: { sends: { when: [order.send, parcel.send], if: at > at } }\n` })),
    ).toEqual(['error bad-value: an expression reads one subject, and `when` names `order` and `parcel`']);
  });

  it.each([
    ['per: buyer', []],
    ['per: subject', []],
    ['per: order.total', ['error policy-unbound: `p` is per order.total, which is not known here yet']],
  ])('reads a policy %s once its unit is known', (per, expected) => {
    const more = `policies: { p: { ${per}, x: { type: integer, default: 1, minimum: 0, maximum: 3 } } }
measures: { m: { when: order.note, if: policy.p.x > 1 } }
`;
    const text = shop({ decisions: 'note: { by: seller }', more }).replace('total: USD,', 'total?: USD,');
    expect(found(text)).toEqual(expected);
  });

  it('reads whole schemas, here or from a file that the caller reads', () => {
    const files: Record<string, string> = {
      './a.json': '{"type":"object","properties":{"x":{"type":"integer"}}}',
      './b.json': '{',
    };
    const options = { readSchema: (path: string) => files[path] };
    const text = (schema: string): string =>
      shop({ decisions: `extra: { by: buyer, schema: ${schema}, requires: { it: data.x > 1 || data.y == "z" } }` });
    const guarded = (schema: string): string =>
      text(schema).replace('data.x > 1 || data.y == "z"', 'has(data.x) && data.x > 1');
    expect(found(guarded('./a.json'), options)).toEqual([]);
    expect(found(guarded('{ type: object, properties: { x: { type: integer } } }'))).toEqual([]);
    expect(found(text('./b.json'), options)).toContain('error schema-file: `./b.json` is no JSON');
    expect(found(text('./c.json'), options)).toContain('error schema-file: `./c.json` cannot be read');
    expect(found(text('./a.json'))).toContain('error schema-file: `./a.json` cannot be read');
    expect(found(text('{ type: array }'))).toContain('error data-schema: a payload is an object');
    const { definition } = parseModel(guarded('./a.json'), 'm', options);
    const extra = compileModel(definition!).decisions.get('order.extra')!;
    expect(extra.validate({ x: 1, more: true })).toBeUndefined();
    expect(extra.validate({ x: '1' })).toHaveLength(1);
  });

  it.each([
    ['model: "a\\ud800"', 'error yaml-characters: a character that no store keeps: U+0000 or half a pair'],
    ['model: "a\\0"', 'error yaml-characters: a character that no store keeps: U+0000 or half a pair'],
    [`model: ${'['.repeat(70)}${']'.repeat(70)}`, 'error yaml-too-large: nested too deeply'],
    [`model: ${'x'.repeat(300_000)}`, expect.stringContaining('error yaml-too-large: the model has')],
  ])('refuses %.20s', (line, expected) => {
    expect(found(shop({}).replace('model: shop', line))).toContainEqual(expected);
  });
});
