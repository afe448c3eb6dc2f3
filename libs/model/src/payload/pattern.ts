/**
 * Whether a regular expression has a group that repeats without bound and contains a repetition: such a pattern may
 * take exponential time. Others that do (`(a|a)*`) are not found.
 */
export function mayBacktrack(pattern: string): boolean {
  /** Per open group: whether something in it repeats. */
  const groups: boolean[] = [];
  let closed: boolean | undefined;
  for (let at = 0; at < pattern.length; at++) {
    const character = pattern[at]!;
    const inner = closed;
    closed = undefined;
    if (character === '\\') at++;
    else if (character === '[') at = endOfClass(pattern, at);
    else if (character === '(') groups.push(false);
    else if (character === ')') {
      closed = groups.pop() ?? false;
      if (closed && groups.length > 0) groups[groups.length - 1] = true;
    } else if (/^(\*|\+|\{\d+,\d*\}|\{\d{2,}\})/.test(pattern.slice(at, at + 12))) {
      if (inner === true) return true;
      if (groups.length > 0) groups[groups.length - 1] = true;
    }
  }
  return false;
}

function endOfClass(pattern: string, start: number): number {
  for (let at = start + 1; at < pattern.length; at++) {
    if (pattern[at] === '\\') at++;
    else if (pattern[at] === ']') return at;
  }
  return pattern.length;
}
