import { IsInt, IsString, Min } from 'class-validator';
import { describe, expect, it } from 'vitest';
import { canonicalJson } from '@tutti/kernel';
import { IsAmount, IsRole } from './data-rules.js';
import { Decision } from './decision-class.js';
import { defineModel, fromYaml } from './define-model.js';

@Decision('order.place', { by: 'buyer', moves: 'new -> placed', requires: { small: 'data.total < 1000' } })
class PlaceOrder {
  @IsRole('seller') seller!: string;
  @IsAmount('USD') @Min(1) total!: number;
}

@Decision('order.cancel', { by: ['buyer', 'any seller'], moves: 'placed -> cancelled', manual: true })
class CancelOrder {}

@Decision('order.lapse', { by: 'clock', moves: 'placed -> cancelled', after: '36 hours' })
class Lapse {}

const HEAD = `tutti: 1
model: shop
roles:
  buyer: buys
  seller: sells
assets: { USD: 2 }
interaction:
`;
const PLACE = `      place:
        by: buyer
        moves: new -> placed
        data:
          seller: seller
          total: { type: USD, minimum: 1 }
        requires:
          small: data.total < 1000
`;
const CANCEL = `      cancel: { by: [buyer, any seller], moves: placed -> cancelled, manual: true }
`;
const LAPSE = `      lapse: { by: clock, moves: placed -> cancelled, after: 36 hours }
`;
const SUBJECT = `  order:
    states: [placed, cancelled]
    parties: { buyer: place.by, seller: place.seller }
    keeps: { total: place.total }
`;
const whole = defineModel(fromYaml(`${HEAD}${SUBJECT}    decisions:\n${PLACE}${CANCEL}${LAPSE}`, 'shop.yaml'));

describe('defineModel', () => {
  it('reads YAML alone', () => {
    expect(whole.problems.filter(({ severity }) => severity === 'error')).toEqual([]);
    expect(whole.definition?.model).toBe('shop');
  });

  it.each<[string, string]>([
    ['some in YAML, the first in a class', `${HEAD}${SUBJECT}    decisions:\n${CANCEL}${LAPSE}`],
    ['the same in both', `${HEAD}${SUBJECT}    decisions:\n${PLACE}${CANCEL}`],
    ['none in YAML, in braces', `${HEAD}${SUBJECT}    decisions: {}\n`],
    ['nothing written after decisions', `${HEAD}${SUBJECT}    decisions:\n`],
    ['no decisions at all', `${HEAD}${SUBJECT}`],
    [
      'all in braces',
      `${HEAD}  order: { states: [placed, cancelled], parties: { buyer: place.by, seller: place.seller }, keeps: { total: place.total } }\n`,
    ],
  ])('gives the same bytes from classes: %s', (_name, yaml) => {
    const model = defineModel(fromYaml(yaml, 'shop.yaml'), { decisions: [PlaceOrder, CancelOrder, Lapse] });
    expect(model.problems.filter(({ severity }) => severity === 'error')).toEqual([]);
    expect(canonicalJson(model.definition)).toBe(canonicalJson(whole.definition));
    expect(canonicalJson(defineModel(fromYaml(model.yaml)).definition)).toBe(canonicalJson(whole.definition));
  });

  it('names the difference where YAML and class declare the same type otherwise', () => {
    const yaml = `${HEAD}${SUBJECT}    decisions:\n${PLACE.replace('minimum: 1', 'minimum: 2')}${CANCEL}`;
    const model = defineModel(fromYaml(yaml, 'shop.yaml'), { decisions: [Lapse, PlaceOrder] });
    expect(model.definition).toBeUndefined();
    expect(model.problems.filter(({ severity }) => severity === 'error')).toMatchObject([
      {
        code: 'class-differs',
        file: 'shop.yaml',
        line: 13,
        column: 7,
        message: 'order.place is not the same in PlaceOrder: data: total minimum 2 → 1',
      },
    ]);
  });

  it('gives problems of the YAML part its own lines, though classes are put in before them', () => {
    const yaml = `${HEAD}${SUBJECT}    decisions:\n${CANCEL.replace('-> cancelled', '-> canceled')}`;
    const alone = defineModel(fromYaml(yaml.replace('decisions:\n', `decisions:\n${PLACE}`), 'shop.yaml'));
    const model = defineModel(fromYaml(yaml, 'shop.yaml'), { decisions: [PlaceOrder, Lapse] });
    const find = ({ problems }: typeof model) => problems.find(({ code }) => code === 'unknown-state');
    const lines = PLACE.split('\n').length - 1;
    expect(find(model)).toEqual({ ...find(alone), line: find(alone)!.line - lines });
    expect(find(model)).toMatchObject({ file: 'shop.yaml', line: 13 });
  });

  it('gives problems of a class its name', () => {
    @Decision('order.ask', { by: 'byer', moves: 'placed -> cancelled' })
    class Ask {
      @IsString() what!: string;
    }
    const model = defineModel(fromYaml(`${HEAD}${SUBJECT}    decisions:\n${PLACE}${CANCEL}`, 'shop.yaml'), {
      decisions: [Ask],
    });
    expect(model.problems.filter(({ severity }) => severity === 'error')).toMatchObject([
      { code: 'unknown-role', file: 'Ask', line: 1, column: 1 },
    ]);
  });

  it('checks a class’s expressions against the whole model', () => {
    @Decision('order.ask', { by: 'buyer', requires: { cheap: 'order.totl < 5' } })
    class Ask {
      @IsInt() what!: number;
    }
    const model = defineModel(fromYaml(`${HEAD}${SUBJECT}    decisions:\n${PLACE}${CANCEL}`, 'shop.yaml'), {
      decisions: [Ask],
    });
    expect(model.problems.filter(({ severity }) => severity === 'error')).toMatchObject([{ file: 'Ask' }]);
  });

  it('refuses a class whose subject the model does not have', () => {
    @Decision('parcel.send', { by: 'seller' })
    class Send {}
    expect(() => defineModel(fromYaml(`${HEAD}${SUBJECT}`), { decisions: [Send] })).toThrow(
      expect.objectContaining({ code: 'class-without-subject', where: 'Send' }),
    );
  });

  it('leaves a text that is no YAML to the reader of models', () => {
    const model = defineModel(fromYaml('interaction: [', 'shop.yaml'), { decisions: [PlaceOrder] });
    expect(model.problems[0]).toMatchObject({ code: 'yaml-syntax', file: 'shop.yaml', line: 1 });
  });
});
