import { TuttiError, type Json, type JsonObject } from '@tutti/kernel';
import { enumSchema, simpleSchema } from '../data-schema.js';

const TYPES = 'Add @IsString(), @IsInt(), @IsBoolean(), @IsRFC3339(), @IsRole(…), @IsAmount(…) or @IsIn([…]).';

type Kind = 'string' | 'integer' | 'boolean' | 'array' | 'object' | 'enum';

/** The schema of one property while its rules are being read. Rules that contradict each other are errors. */
export class PropertyDraft {
  optional = false;
  /** True where a rule says that a value must be there. */
  defined = false;
  private kind: { kind: Kind; rule: string } | undefined;
  private shape: { schema: JsonObject; rule: string } | undefined;
  private readonly bounds: JsonObject = {};
  private readonly numeric: string[] = [];
  private notEmptyRule: string | undefined;
  private itemDraft: PropertyDraft | undefined;

  /** @param where `PlaceOrder.total`, for errors */
  constructor(readonly where: string) {}

  /** Says what kind of value it is; several rules may agree. */
  is(kind: Kind, rule: string): void {
    if (this.kind !== undefined && this.kind.kind !== kind) throw this.contradiction(this.kind.rule, rule);
    this.kind = { kind, rule };
  }

  /** Says exactly what it is: an amount, a role, a time, a nested object. At most one rule may. */
  shaped(kind: Kind, schema: JsonObject, rule: string): void {
    this.is(kind, rule);
    if (this.shape !== undefined) throw this.contradiction(this.shape.rule, rule);
    this.shape = { schema, rule };
  }

  /** One of a list of values; their kind is that of the values. */
  oneOf(values: readonly unknown[], rule: string): void {
    for (const value of values) {
      if (value === null || typeof value === 'string' || typeof value === 'boolean' || Number.isFinite(value)) continue;
      throw this.unsupported(rule, 'with values other than texts, numbers, booleans and null');
    }
    const schema = enumSchema(values as Json[]);
    const { type } = schema;
    this.shaped(type === 'string' || type === 'integer' ? type : 'enum', schema, rule);
  }

  /** A lower (or upper) bound; of several the tightest holds, and any replaces the default of the type. */
  bound(
    keyword: 'minimum' | 'minLength' | 'minItems' | 'maximum' | 'maxLength' | 'maxItems',
    value: unknown,
    rule: string,
  ): void {
    if (typeof value !== 'number' || !Number.isFinite(value) || Math.abs(value) > Number.MAX_SAFE_INTEGER) {
      throw this.unsupported(rule, `with ${String(value)}: a bound is a number within ±(2^53 - 1)`);
    }
    const old = this.bounds[keyword];
    const tighter = keyword.startsWith('min') ? Math.max : Math.min;
    this.bounds[keyword] = typeof old === 'number' ? tighter(old, value) : value;
  }

  /** A rule that holds for numbers only, and by itself does not say that they are integers. */
  onNumber(rule: string): void {
    this.numeric.push(rule);
  }

  /** It must be there, and a text must not be empty. */
  notEmpty(rule: string): void {
    this.defined = true;
    this.notEmptyRule = rule;
  }

  /** A keyword that can stand once. */
  keyword(keyword: 'pattern' | 'format' | 'multipleOf', value: Json, rule: string): void {
    if (this.bounds[keyword] !== undefined) {
      throw this.unsupported(rule, `beside another rule that becomes \`${keyword}\``);
    }
    this.bounds[keyword] = value;
  }

  /** Values it must not be. */
  not(values: readonly Json[]): void {
    const old = this.bounds['not'] as { enum: Json[] } | undefined;
    this.bounds['not'] = { enum: [...(old?.enum ?? []), ...values] };
  }

  /** The draft of a list's items. */
  get items(): PropertyDraft {
    this.itemDraft ??= new PropertyDraft(`${this.where}[]`);
    return this.itemDraft;
  }

  get isList(): boolean {
    return this.kind?.kind === 'array';
  }

  /** Ends the draft. */
  schema(): JsonObject {
    if (this.optional && this.defined) throw this.contradiction('@IsOptional', '@IsDefined');
    if (this.itemDraft !== undefined && !this.isList) {
      throw new TuttiError(
        'class-type-missing',
        `${this.where} has rules for each item, but nothing says it is a list`,
        {
          where: this.where,
          mend: 'Add @IsArray().',
        },
      );
    }
    const base = this.base();
    const [numeric] = this.numeric;
    if (numeric !== undefined && this.kind?.kind !== 'integer') throw this.contradiction(this.kind!.rule, numeric);
    if (this.notEmptyRule !== undefined && this.kind?.kind === 'string') this.bound('minLength', 1, this.notEmptyRule);
    return { ...base, ...this.bounds };
  }

  /** The error for a rule that JSON Schema cannot say. */
  unsupported(rule: string, why: string, mend = 'Leave it out, or say it in `requires` as CEL.'): TuttiError {
    return new TuttiError('class-rule-unsupported', `${this.where}: ${rule} ${why}`, {
      where: this.where,
      mend,
      facts: { rule },
    });
  }

  private base(): JsonObject {
    if (this.shape !== undefined) return this.shape.schema;
    const kind = this.kind?.kind;
    switch (kind) {
      case 'string':
      case 'integer':
      case 'boolean':
        return simpleSchema(kind);
      case 'array':
        if (this.itemDraft === undefined) throw this.missing('its items are', 'Add rules with { each: true }.');
        return { type: 'array', items: this.itemDraft.schema() };
      // The last two always come with a shape.
      case 'object':
      case 'enum':
      case undefined:
        throw this.missing('it is', TYPES);
      default:
        return kind satisfies never;
    }
  }

  private missing(what: string, mend: string): TuttiError {
    return new TuttiError('class-type-missing', `nothing says what type ${what}: ${this.where}`, {
      where: this.where,
      mend,
    });
  }

  private contradiction(one: string, other: string): TuttiError {
    return new TuttiError('class-rule-conflict', `${this.where}: ${one} and ${other} contradict each other`, {
      where: this.where,
      mend: 'Keep one of them.',
      facts: { rules: [one, other] },
    });
  }
}
