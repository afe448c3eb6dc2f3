const NAME = /^[a-z][A-Za-z0-9]*$/;
const UNITS_MS: Readonly<Record<string, number>> = {
  second: 1000,
  minute: 60_000,
  hour: 3_600_000,
  day: 86_400_000,
  week: 604_800_000,
};

/** `buyer`, `any seller` as roles; `undefined` if the words are neither. */
export function readBy(words: string): { role: string; any: boolean } | undefined {
  const found = /^(any\s+)?(\S+)$/.exec(words.trim());
  const role = found?.[2];
  if (role === undefined || !NAME.test(role)) return undefined;
  return { role, any: found?.[1] !== undefined };
}

/** `placed | shipped -> cancelled` as one move each; `undefined` if the words are no such line. */
export function readMoves(words: string): { from: string; to: string }[] | undefined {
  const [left, to, ...rest] = words.split('->').map((part) => part.trim());
  if (left === undefined || to === undefined || rest.length > 0 || !NAME.test(to)) return undefined;
  const froms = left.split('|').map((part) => part.trim());
  return froms.every((from) => NAME.test(from)) ? froms.map((from) => ({ from, to })) : undefined;
}

/** `7 days` in milliseconds; `undefined` if the words are no duration. */
export function readDurationMs(words: string): number | undefined {
  const found = /^(\d{1,9})\s+(second|minute|hour|day|week)s?$/.exec(words.trim());
  if (found === null) return undefined;
  const durationMs = Number(found[1]) * UNITS_MS[found[2]!]!;
  return durationMs > 0 ? durationMs : undefined;
}
