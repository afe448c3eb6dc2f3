import { TuttiError } from '@tutti/kernel';
import { didYouMean } from '@tutti/model';
import { plainToInstance, type TransformFnParams } from 'class-transformer';
import { getMetadataStorage, validateSync } from 'class-validator';

/** The environment of a process, as Node has it. */
export type Env = Readonly<Record<string, string | undefined>>;

/** A variable that cannot be as it is. */
export interface WrongVariable {
  [member: string]: string;
  name: string;
  message: string;
}

/** Variables with our prefix that are read by others: the client and the command line (tests and benches besides). */
const READ_BY_OTHERS: ReadonlySet<string> = new Set(['TUTTI_URL', 'TUTTI_KEY', 'TUTTI_TOKEN', 'TUTTI_AS']);

/**
 * Reads the variables a class declares. An empty one counts as not set: that is how shells and compose files say it.
 *
 * @param type its properties are the variables, checked by class-validator
 * @param whose what an unknown variable is said to be none of: `the standalone backbone`
 * @param besides finds what is wrong between variables, once each is right by itself or absent
 * @throws TuttiError `config-invalid` naming every variable that is wrong or unknown
 */
export function readVariables<T extends object>(
  type: new () => T,
  env: Env,
  whose: string,
  besides: (read: T) => WrongVariable[] = () => [],
): T {
  const ours: Record<string, string> = {};
  for (const [name, value] of Object.entries(env)) {
    const isOthers = READ_BY_OTHERS.has(name) || /^TUTTI_(?:TEST|BENCH)_/.test(name);
    if (name.startsWith('TUTTI_') && !isOthers && value !== undefined && value !== '') ours[name] = value;
  }
  const known = variablesOf(type);
  const read = plainToInstance(type, ours);
  const unknown = Object.keys(ours)
    .filter((name) => !known.includes(name))
    .map((name) => ({ name, message: `is no variable of ${whose}${hint(name, known)}` }));
  const invalid = validateSync(read, { stopAtFirstError: true }).map(({ property, constraints }) => ({
    name: property,
    message: Object.values(constraints ?? {})[0] ?? 'is wrong',
  }));
  const named = new Set(invalid.map(({ name }) => name));
  const wrong = [...unknown, ...invalid, ...besides(read).filter(({ name }) => !named.has(name))];
  if (wrong.length > 0) throw configInvalid(wrong, known);
  return read;
}

/** The refusal of a configuration: every variable that is wrong, and which there are. */
export function configInvalid(wrong: readonly WrongVariable[], known: readonly string[]): TuttiError {
  return new TuttiError('config-invalid', wrong.map(({ name, message }) => `${name} ${message}`).join('; '), {
    where: 'environment',
    mend: `variables are ${known.join(', ')}`,
    facts: { errors: [...wrong] },
  });
}

/** Names of all variables, as a class declares them, its own first. */
export function variablesOf(type: new () => object): string[] {
  const rules = getMetadataStorage().getTargetValidationMetadatas(type, '', false, false);
  return [...new Set(rules.map(({ propertyName }) => propertyName))];
}

/** Digits alone: `0x50` and `1e3` are nobody's port. */
export function wholeNumber({ value }: TransformFnParams): unknown {
  return typeof value === 'string' && /^\d{1,9}$/.test(value) ? Number(value) : value;
}

function hint(name: string, known: readonly string[]): string {
  const near = didYouMean(name, known);
  return near?.startsWith('did you mean') === true ? `: ${near}` : '';
}
