// oxlint-disable-next-line typescript/triple-slash-reference -- class-transformer ships no types for the file that keeps @Type
/// <reference path="./class-transformer-storage.d.ts" />
// class-transformer's @Type reads what this keeps.
// oxlint-disable-next-line import/no-unassigned-import
import 'reflect-metadata';
import { getMetadataStorage } from 'class-validator';
import { defaultMetadataStorage } from 'class-transformer/cjs/storage.js';
import { TuttiError, type JsonObject } from '@tutti/kernel';
import { objectSchema, type DataProperty } from '../data-schema.js';
import { IS_ROLE } from './data-rules.js';
import { PropertyDraft } from './property-draft.js';
import { INSTEAD, RULE_MEANINGS } from './rule-meanings.js';

type Metadata = ReturnType<ReturnType<typeof getMetadataStorage>['getTargetValidationMetadatas']>[number];
type AnyClass = abstract new (...args: never[]) => object;

/**
 * The JSON Schema of a class's class-validator rules: a closed object, properties in the order of writing, those of a
 * base class first. `@IsOptional` means that the property may be absent; `null` is a value and must fit like any other.
 *
 * @param open classes being read, so that a class that contains itself is refused
 * @throws TuttiError `class-rule-unsupported` for a rule JSON Schema cannot say, `class-rule-conflict` for rules that
 *   contradict each other, `class-type-missing` where no rule names a type
 */
export function dataOfClass(target: AnyClass, open: readonly AnyClass[] = []): JsonObject {
  if (open.includes(target)) {
    throw new TuttiError('class-rule-unsupported', `${target.name} contains itself`, {
      where: target.name,
      mend: 'Give the nesting an end: a payload has a fixed depth.',
    });
  }
  const storage = getMetadataStorage();
  const line = ancestry(target);
  const metadata = storage
    .getTargetValidationMetadatas(target, '', true, false)
    .toSorted((left, right) => line.indexOf(left.target as AnyClass) - line.indexOf(right.target as AnyClass));
  const properties = Map.groupBy(metadata, ({ propertyName }) => propertyName);
  const described = [...properties].map(([name, rules]): DataProperty => {
    const draft = new PropertyDraft(`${target.name}.${name}`);
    refuseTransformations(target, name, draft);
    for (const rule of rules) refuseOptions(rule, draft);
    // A list is known before its items are read.
    const [own, each] = [rules.filter((rule) => !rule.each), rules.filter((rule) => rule.each)];
    for (const rule of own) if (!isNested(rule)) read(rule, draft, open);
    for (const rule of each) if (!isNested(rule)) read(rule, draft.items, open);
    for (const rule of rules) if (isNested(rule)) nest(rule, draft, target, [...open, target]);
    return { name, schema: draft.schema(), optional: draft.optional };
  });
  return objectSchema(described);
}

function refuseOptions(rule: Metadata, draft: PropertyDraft): void {
  const shown = shownName(rule);
  if ((rule.groups ?? []).length > 0) throw draft.unsupported(shown, 'with groups has no meaning in JSON Schema');
  if (rule.validateIf !== undefined) throw draft.unsupported(shown, 'with validateIf has no meaning in JSON Schema');
}

function read(rule: Metadata, draft: PropertyDraft, open: readonly AnyClass[]): void {
  const shown = shownName(rule);
  switch (rule.type) {
    case 'conditionalValidation':
      if (rule.name !== 'isOptional') throw draft.unsupported(shown, 'has no meaning in JSON Schema');
      draft.optional = true;
      return;
    case 'isDefined':
      draft.defined = true;
      return;
    // `@Allow()` only says that a property is known, which any rule does.
    case 'whitelistValidation':
      return;
    case 'customValidation':
      break;
    default:
      throw draft.unsupported(shown, 'has no meaning in JSON Schema');
  }
  const name = rule.name ?? '';
  const meaning = Object.hasOwn(RULE_MEANINGS, name) && isBuiltIn(rule) ? RULE_MEANINGS[name] : undefined;
  if (meaning === undefined) {
    throw draft.unsupported(shown, 'has no meaning in JSON Schema', INSTEAD[name]);
  }
  if (name === IS_ROLE && (open.length > 0 || draft.where.endsWith('[]'))) {
    throw draft.unsupported(shown, 'is checked on properties of the payload itself only');
  }
  meaning(draft, { shown, constraints: rule.constraints ?? [] });
}

function nest(rule: Metadata, draft: PropertyDraft, target: AnyClass, open: readonly AnyClass[]): void {
  const shown = shownName(rule);
  const type = defaultMetadataStorage.findTypeMetadata(target, rule.propertyName);
  if (type?.typeFunction === undefined) {
    throw draft.unsupported(shown, 'does not say which class', 'Add @Type(() => …) from class-transformer.');
  }
  if (type.options?.discriminator !== undefined) {
    throw draft.unsupported('@Type', 'with a discriminator has no meaning in JSON Schema');
  }
  const inner = type.typeFunction() as AnyClass;
  const place = rule.each || draft.isList ? draft.items : draft;
  place.shaped('object', dataOfClass(inner, open), shown);
}

/** What class-transformer would change on the wire is no part of the schema, so it must not be there. */
function refuseTransformations(target: AnyClass, name: string, draft: PropertyDraft): void {
  if (defaultMetadataStorage.findExcludeMetadata(target, name) !== undefined) {
    throw draft.unsupported('@Exclude', 'has no meaning in JSON Schema');
  }
  const exposed = defaultMetadataStorage.findExposeMetadata(target, name)?.options.name;
  if (exposed !== undefined && exposed !== name) {
    throw draft.unsupported(
      '@Expose',
      `with the name ${exposed} has no meaning in JSON Schema`,
      `Name the property ${exposed}.`,
    );
  }
  for (const direction of [0, 1]) {
    if (defaultMetadataStorage.findTransformMetadatas(target, name, direction).length > 0) {
      throw draft.unsupported('@Transform', 'has no meaning in JSON Schema');
    }
  }
}

function isNested(rule: Metadata): boolean {
  return rule.type === 'nestedValidation';
}

/** A validator class under a name that class-validator uses itself is somebody's own all the same. */
function isBuiltIn(rule: Metadata): boolean {
  return rule.constraintCls.name === 'CustomConstraint';
}

/** The decorator as people write it. */
function shownName(rule: Metadata): string {
  if (rule.name === 'isLength') return '@Length';
  if (rule.name === 'isUuid') return '@IsUUID';
  if (rule.name === 'isIso8601') return '@IsISO8601';
  const name = rule.name ?? '';
  if (name !== '') return `@${name.charAt(0).toUpperCase()}${name.slice(1)}`;
  switch (rule.type) {
    case 'nestedValidation':
      return '@ValidateNested';
    case 'conditionalValidation':
      return '@ValidateIf';
    case 'promiseValidation':
      return '@ValidatePromise';
    default:
      return `@Validate(${rule.constraintCls?.name ?? ''})`;
  }
}

/** The class's base classes, the oldest first, itself last. */
function ancestry(target: AnyClass): AnyClass[] {
  const line: AnyClass[] = [];
  for (
    let each: unknown = target;
    typeof each === 'function' && each !== Function.prototype;
    each = Object.getPrototypeOf(each)
  ) {
    line.unshift(each as AnyClass);
  }
  return line;
}
