const NAME = /^[a-z][A-Za-z0-9]*$/;

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
