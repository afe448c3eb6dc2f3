const LIMITED_ESCAPE = /\\(?:u([0-9a-fA-F]{4})|[^u])/g;

/** First and last index (exclusive) of what is left of `bytes` when JSON white space is cut at both ends. */
export function trimmedRange(bytes: Uint8Array): { start: number; end: number } {
  let start = 0;
  let end = bytes.length;
  while (start < end && isWhiteSpace(bytes[start]!)) start++;
  while (end > start && isWhiteSpace(bytes[end - 1]!)) end--;
  return { start, end };
}

function isWhiteSpace(byte: number): boolean {
  return byte === 0x20 || byte === 0x0a || byte === 0x0d || byte === 0x09;
}

/**
 * Whether a JSON text that parses spells U+0000 or a lone surrogate by an escape, in any key or value, shadowed
 * duplicates included. Text decoded from valid UTF-8 can hold neither in the open.
 */
export function hasForbiddenEscape(text: string): boolean {
  if (!text.includes('\\u')) return false;
  let highEndsAt = -1;
  for (const found of text.matchAll(LIMITED_ESCAPE)) {
    const unit = found[1] === undefined ? -1 : Number.parseInt(found[1], 16);
    const isLow = unit >= 0xdc00 && unit <= 0xdfff;
    if (unit === 0) return true;
    if (highEndsAt >= 0 && (!isLow || found.index !== highEndsAt)) return true;
    if (highEndsAt < 0 && isLow) return true;
    highEndsAt = unit >= 0xd800 && unit <= 0xdbff ? found.index + found[0].length : -1;
  }
  return highEndsAt >= 0;
}

/** Whether a parsed JSON value nests deeper than `limit`: an object or array in which nothing nests has depth 1. */
export function isDeeperThan(value: unknown, limit: number): boolean {
  if (typeof value !== 'object' || value === null) return false;
  if (limit === 0) return true;
  if (Array.isArray(value)) {
    for (const item of value) if (typeof item === 'object' && isDeeperThan(item, limit - 1)) return true;
    return false;
  }
  for (const key in value) {
    const item = (value as Record<string, unknown>)[key];
    if (typeof item === 'object' && isDeeperThan(item, limit - 1)) return true;
  }
  return false;
}
