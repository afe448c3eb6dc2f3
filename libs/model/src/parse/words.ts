/** Names that mean something already, in every place. */
export const RESERVED_NAMES = ['by', 'at', 'new', 'clock', 'epoch', 'any', 'true', 'false', 'null', 'in'];

/** Words CEL keeps for itself: no variable can be called so. */
const CEL_RESERVED = new Set(
  'as break const continue else for function if import let loop package namespace return var void while'.split(' '),
);

/** Words an expression knows: functions and roots. A subject or measure called so would hide them. */
const EXPRESSION_WORDS = new Set(
  (
    'data policy standing balance measure cohort rest share rate percent days hours min max has size timestamp string ' +
    'int google cel dyn type bool list map bytes double uint duration optional'
  ).split(' '),
);

const OBJECT_NAMES = Object.getOwnPropertyNames(Object.prototype);
const NAME = /^[a-z][A-Za-z0-9]*$/;
const NAME_LENGTH_MAX = 64;

/** Why a text cannot be a name, or `undefined`. Variables (subjects, measures) may not be words of CEL either. */
export function nameFault(
  name: string,
  variable = false,
): { reserved: boolean; message: string; mend: string } | undefined {
  if (RESERVED_NAMES.includes(name) || OBJECT_NAMES.includes(name)) {
    return { reserved: true, message: `\`${name}\` has a meaning of its own`, mend: 'choose another name' };
  }
  if (!NAME.test(name) || name.length > NAME_LENGTH_MAX) {
    const tidy = tidied(name);
    const mend = tidy === undefined ? 'begin with a small letter, then letters and digits' : `write \`${tidy}\``;
    return { reserved: false, message: `\`${name}\` is no name: expressions could not read it`, mend };
  }
  if (variable && (CEL_RESERVED.has(name) || EXPRESSION_WORDS.has(name))) {
    return { reserved: true, message: `\`${name}\` has a meaning in expressions`, mend: 'choose another name' };
  }
  return undefined;
}

function tidied(name: string): string | undefined {
  const words = name.split(/[^A-Za-z0-9]+/).filter((word) => word !== '');
  const joined = words.map((word, i) => (i === 0 ? word : word[0]!.toUpperCase() + word.slice(1))).join('');
  const tidy = joined.charAt(0).toLowerCase() + joined.slice(1);
  return NAME.test(tidy) && tidy.length <= NAME_LENGTH_MAX && !RESERVED_NAMES.includes(tidy) ? tidy : undefined;
}

const SECOND_MS = 1000;
const UNITS_MS: Record<string, number> = {
  second: SECOND_MS,
  minute: 60 * SECOND_MS,
  hour: 3_600 * SECOND_MS,
  day: 86_400 * SECOND_MS,
  week: 7 * 86_400 * SECOND_MS,
};

/** What a duration's text says: milliseconds, or periods (`3 epochs`), or why it says neither. */
export type Duration = { ms: number } | { periods: number } | { fault: string };

/** Reads `7 days`, `1 minute`, `3 epochs`. */
export function readDuration(text: string): Duration {
  const found = /^(\d{1,6}) *([A-Za-z]+)$/.exec(text.trim());
  if (found === null) return { fault: `\`${text}\` is no duration` };
  const count = Number(found[1]);
  const unit = found[2]!.toLowerCase();
  const single = unit.endsWith('s') ? unit.slice(0, -1) : unit;
  if (single === 'epoch' || single === 'period') return { periods: count };
  const ms = Object.hasOwn(UNITS_MS, single) ? UNITS_MS[single] : undefined;
  if (ms === undefined) return { fault: `\`${found[2]}\` is no unit of time` };
  return { ms: count * ms };
}

/** Basis points of `15%` or `2.5%`; `undefined` if the text is no share. */
export function readShare(text: string): number | undefined {
  const found = /^(\d{1,3})(?:\.(\d{1,2}))?%$/.exec(text.trim());
  if (found === null) return undefined;
  return Number(found[1]) * 100 + Number((found[2] ?? '').padEnd(2, '0'));
}
