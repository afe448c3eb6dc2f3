import { Ajv2020 } from 'ajv/dist/2020.js';
import addFormats from 'ajv-formats';
import { Expose, Transform, Type } from 'class-transformer';
import {
  ArrayMaxSize,
  ArrayMinSize,
  ArrayNotEmpty,
  ArrayUnique,
  Contains,
  Equals,
  IsAlpha,
  IsAlphanumeric,
  IsArray,
  IsBoolean,
  IsDateString,
  IsDefined,
  IsDivisibleBy,
  IsEmail,
  IsEnum,
  IsHexadecimal,
  IsIn,
  IsInt,
  IsISO8601,
  IsNegative,
  IsNotEmpty,
  IsNotIn,
  IsNumber,
  IsObject,
  IsOptional,
  IsPositive,
  IsRFC3339,
  IsString,
  IsUUID,
  Length,
  Matches,
  Max,
  MaxLength,
  Min,
  MinLength,
  Validate,
  ValidateBy,
  ValidateIf,
  ValidateNested,
  ValidatorConstraint,
  validateSync,
} from 'class-validator';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Json } from '@tutti/kernel';
import { ANNOTATIONS, assetSchema, roleSchema, simpleSchema } from '../data-schema.js';
import { IsAmount, IsRole, IsShare, IsTime } from './data-rules.js';
import { dataOfClass } from './data-of-class.js';

/** A class with one property `x` under these rules, as decorators above it would make it. */
function classWith(...rules: PropertyDecorator[]): new () => { x: unknown } {
  class Given {
    x: unknown;
  }
  for (const rule of rules.toReversed()) rule(Given.prototype, 'x');
  return Given;
}

function schemaOf(...rules: PropertyDecorator[]): Json | undefined {
  return (dataOfClass(classWith(...rules))['properties'] as Record<string, Json>)['x'];
}

function errorOf(...rules: PropertyDecorator[]): unknown {
  try {
    dataOfClass(classWith(...rules));
  } catch (error) {
    return error;
  }
  return undefined;
}

enum Kind {
  small = 'small',
  large = 'large',
}
enum Size {
  one = 1,
  two = 2,
}

const text = simpleSchema('string');
const integer = simpleSchema('integer');

describe('what each rule means', () => {
  it.each<[string, PropertyDecorator[], Json]>([
    ['@IsString', [IsString()], text],
    ['@IsInt', [IsInt()], integer],
    ['@IsBoolean', [IsBoolean()], { type: 'boolean' }],
    ['@IsRFC3339', [IsRFC3339()], { type: 'string', format: 'date-time' }],
    ['@IsTime', [IsTime()], { type: 'string', format: 'date-time' }],
    ['@IsRole', [IsRole('seller')], roleSchema('seller')],
    ['@IsAmount', [IsAmount('USD')], assetSchema('USD')],
    ['@IsAmount @Min', [IsAmount('USD'), Min(1)], { ...assetSchema('USD'), minimum: 1 }],
    ['@IsShare', [IsShare()], simpleSchema('share')],
    ['@IsIn of texts', [IsIn(['a', 'b'])], { type: 'string', enum: ['a', 'b'] }],
    ['@IsString @IsIn', [IsString(), IsIn(['a'])], { type: 'string', enum: ['a'] }],
    ['@IsIn of integers', [IsIn([3, 5])], { type: 'integer', enum: [3, 5] }],
    ['@IsIn of both', [IsIn(['a', 1, null])], { enum: ['a', 1, null] }],
    ['@IsEnum of texts', [IsEnum(Kind)], { type: 'string', enum: ['small', 'large'] }],
    ['@IsEnum of numbers', [IsEnum(Size)], { type: 'integer', enum: [1, 2] }],
    ['@Equals', [Equals('yes')], { type: 'string', enum: ['yes'] }],
    ['@IsNotIn', [IsString(), IsNotIn(['a', 'b'])], { ...text, not: { enum: ['a', 'b'] } }],
    ['@Min @Max', [IsInt(), Min(2), Max(9)], { type: 'integer', minimum: 2, maximum: 9 }],
    ['the tightest of two @Min', [IsInt(), Min(2), Min(5)], { ...integer, minimum: 5 }],
    ['@IsPositive', [IsInt(), IsPositive()], { ...integer, minimum: 1 }],
    ['@IsNegative', [IsInt(), IsNegative()], { ...integer, maximum: -1 }],
    ['@IsDivisibleBy', [IsInt(), IsDivisibleBy(5)], { ...integer, multipleOf: 5 }],
    ['@MinLength @MaxLength', [MinLength(2), MaxLength(900)], { type: 'string', minLength: 2, maxLength: 900 }],
    ['@Length', [Length(2, 3)], { type: 'string', minLength: 2, maxLength: 3 }],
    ['@Length without an upper end', [Length(2)], { ...text, minLength: 2 }],
    ['@IsNotEmpty on text', [IsString(), IsNotEmpty()], { ...text, minLength: 1 }],
    ['@IsNotEmpty on a number', [IsInt(), IsNotEmpty()], integer],
    ['@IsDefined', [IsInt(), IsDefined()], integer],
    ['@Matches', [Matches(/^TK-\d+$/)], { ...text, pattern: '^TK-\\d+$' }],
    ['@Contains', [Contains('a.b')], { ...text, pattern: 'a\\.b' }],
    ['@IsAlpha', [IsAlpha()], { ...text, pattern: '^[A-Za-z]+$' }],
    ['@IsAlphanumeric', [IsAlphanumeric('en-US')], { ...text, pattern: '^[0-9A-Za-z]+$' }],
    ['@IsEmail', [IsEmail()], { ...text, format: 'email' }],
    [
      '@IsArray with each',
      [IsArray(), IsInt({ each: true }), Min(1, { each: true })],
      { type: 'array', items: { ...integer, minimum: 1 } },
    ],
    [
      '@ArrayMinSize @ArrayMaxSize',
      [ArrayMinSize(1), ArrayMaxSize(3), IsString({ each: true })],
      { type: 'array', items: text, minItems: 1, maxItems: 3 },
    ],
    [
      '@ArrayNotEmpty',
      [ArrayNotEmpty(), IsBoolean({ each: true })],
      { type: 'array', items: { type: 'boolean' }, minItems: 1 },
    ],
  ])('%s', (_name, rules, expected) => {
    expect(schemaOf(...rules)).toEqual(expected);
  });

  it('says the same whatever the order of the rules', () => {
    expect(schemaOf(Min(1), IsInt(), IsAmount('USD'))).toEqual(schemaOf(IsAmount('USD'), IsInt(), Min(1)));
  });
});

describe('the object', () => {
  class Line {
    @IsString() sku!: string;
    @IsOptional() @IsInt() @Min(1) count?: number;
  }
  class Base {
    @IsString() zone!: string;
  }
  class Order extends Base {
    @IsInt() total!: number;
    @IsOptional() @IsString() note?: string;
    @ValidateNested() @Type(() => Line) gift!: Line;
    @IsArray() @ValidateNested({ each: true }) @Type(() => Line) lines!: Line[];
  }
  const line = {
    type: 'object',
    properties: { sku: text, count: { ...integer, minimum: 1 } },
    required: ['sku'],
    additionalProperties: false,
  };

  it('is closed, and required in the order of writing, the base class first', () => {
    expect(dataOfClass(Order)).toEqual({
      type: 'object',
      properties: { zone: text, total: integer, note: text, gift: line, lines: { type: 'array', items: line } },
      required: ['zone', 'total', 'gift', 'lines'],
      additionalProperties: false,
    });
  });

  it('of a class without rules is the empty one', () => {
    class Nothing {}
    expect(dataOfClass(Nothing)).toEqual({ type: 'object', properties: {}, required: [], additionalProperties: false });
  });
});

@ValidatorConstraint({ name: 'isInt' })
class Sly {
  validate() {
    return true;
  }
}

describe('rules without a meaning in JSON Schema are refused by name', () => {
  it.each<[string, PropertyDecorator[]]>([
    ['@ValidateIf', [IsString(), ValidateIf(() => true)]],
    ['@Validate(Sly)', [Validate(Sly)]],
    ['@Even', [IsInt(), ValidateBy({ name: 'even', validator: { validate: () => true } })]],
    ['@Matches', [Matches(/a/i)]],
    ['@Matches', [Matches('a', 'i')]],
    ['@Matches', [Matches('\\-')]],
    ['@IsNumber', [IsNumber()]],
    ['@IsISO8601', [IsISO8601()]],
    ['@IsDateString', [IsDateString()]],
    ['@IsObject', [IsObject()]],
    ['@ArrayUnique', [IsArray(), IsInt({ each: true }), ArrayUnique()]],
    ['@IsAlpha', [IsAlpha('de-DE')]],
    ['@IsEmail', [IsEmail({ allow_display_name: true })]],
    ['@MinLength', [MinLength(2, { groups: ['a'] })]],
    ['@IsString', [IsString({ validateIf: () => false })]],
    ['@ValidateNested', [ValidateNested()]],
    ['@Transform', [IsString(), Transform(({ value }) => value as string)]],
    ['@Expose', [IsString(), Expose({ name: 'y' })]],
    ['@IsRole', [IsArray(), IsRole('seller', { each: true })]],
    ['@Min', [IsInt(), Min(Number.NaN)]],
  ])('%s', (shown, rules) => {
    expect(errorOf(...rules)).toMatchObject({ code: 'class-rule-unsupported', facts: { rule: shown } });
    expect(String(errorOf(...rules))).toMatch(/^TuttiError: Given\.x(\[\])?: @/);
  });

  it('a class that contains itself', () => {
    class Loop {
      @ValidateNested() @Type(() => Loop) inner!: unknown;
    }
    expect(() => dataOfClass(Loop)).toThrow(/contains itself/);
  });

  it('a role inside a nested object', () => {
    class Inner {
      @IsRole('seller') seller!: string;
    }
    class Outer {
      @ValidateNested() @Type(() => Inner) inner!: Inner;
    }
    expect(() => dataOfClass(Outer)).toThrow(/@IsRole is checked on properties of the payload itself only/);
  });
});

describe('rules that do not add up', () => {
  it.each<[string, PropertyDecorator[]]>([
    ['two types', [IsString(), IsInt()]],
    ['two shapes', [IsRole('seller'), IsRole('buyer')]],
    ['two lists', [IsIn(['a']), IsIn(['b'])]],
    ['a number on a text', [IsString(), Min(1)]],
    ['optional and defined', [IsOptional(), IsDefined(), IsInt()]],
  ])('%s contradict each other', (_name, rules) => {
    expect(errorOf(...rules)).toMatchObject({ code: 'class-rule-conflict', where: 'Given.x' });
  });

  it.each<[string, PropertyDecorator[]]>([
    ['nothing but @IsOptional', [IsOptional()]],
    ['nothing but @Min, which lets fractions pass', [Min(1)]],
    ['a list of anything', [IsArray()]],
    ['rules for each without a list', [IsInt({ each: true })]],
  ])('%s names no type', (_name, rules) => {
    expect(errorOf(...rules)).toMatchObject({ code: 'class-type-missing' });
  });
});

describe('schema and class agree on values', () => {
  const ajv = new Ajv2020({ keywords: [...ANNOTATIONS], strictTypes: false });
  addFormats.default(ajv);
  const values = fc.oneof(
    fc.integer({ min: -20, max: 20 }),
    fc.constantFrom<Json>(null, true, false, 1.5, '', 'a', 'b', 'small', 'TK-12', [], [1], ['a', 'b'], {}),
    fc.string({ maxLength: 5 }),
    fc.uuid({ version: [1, 4, 7] }),
    fc.uuid().map((id) => id.toUpperCase()),
    fc.stringMatching(/^(0[xH])?[0-9a-gA-F]{1,4}$/),
    fc.array(fc.oneof(fc.integer({ min: 0, max: 3 }), fc.constantFrom('a', 'b')), { maxLength: 4 }),
    fc.date({ noInvalidDate: true, min: new Date(0), max: new Date(4e12) }).map((date) => date.toISOString()),
  );

  it.each<[string, PropertyDecorator[]]>([
    ['@IsString @IsNotEmpty', [IsString(), IsNotEmpty()]],
    ['@IsInt @Min @Max', [IsInt(), Min(-3), Max(7)]],
    ['@IsInt @IsPositive @IsDivisibleBy', [IsInt(), IsPositive(), IsDivisibleBy(3)]],
    ['@IsInt @IsNegative', [IsInt(), IsNegative()]],
    ['@IsBoolean', [IsBoolean()]],
    ['@IsIn', [IsIn(['a', 1, true])]],
    ['@IsEnum', [IsEnum(Size)]],
    ['@IsString @IsNotIn', [IsString(), IsNotIn(['a', ''])]],
    ['@Length', [Length(1, 3)]],
    ['@Matches', [Matches(/^TK-\d+$/)]],
    ['@Contains', [Contains('a')]],
    ['@IsAlphanumeric', [IsAlphanumeric()]],
    ['@IsHexadecimal', [IsHexadecimal()]],
    ['@IsUUID', [IsUUID()]],
    ['@IsUUID(4)', [IsUUID('4')]],
    ['@IsRFC3339', [IsRFC3339()]],
    ['@IsTime', [IsTime()]],
    ['@IsRole', [IsRole('seller')]],
    ['@IsAmount', [IsAmount('USD')]],
    ['@IsShare', [IsShare()]],
    ['@IsArray each', [IsArray(), ArrayMinSize(1), ArrayMaxSize(2), IsInt({ each: true }), Max(2, { each: true })]],
  ])('%s', (_name, rules) => {
    const Given = classWith(...rules);
    const valid = ajv.compile(dataOfClass(Given));
    fc.assert(
      fc.property(values, (x) => {
        const given = Object.assign(new Given(), { x });
        expect(valid({ x }), JSON.stringify(x)).toBe(validateSync(given).length === 0);
      }),
    );
  });
});
