/** Edits (insert, delete, replace, swap neighbours) from one word to another, or `max + 1` once it is more than `max`. */
function distance(from: string, to: string, max: number): number {
  if (Math.abs(from.length - to.length) > max) return max + 1;
  let before: number[] = [];
  let row = Array.from({ length: to.length + 1 }, (_, i) => i);
  for (let i = 1; i <= from.length; i++) {
    const next = [i];
    for (let j = 1; j <= to.length; j++) {
      const same = from[i - 1] === to[j - 1];
      let best = Math.min(row[j]! + 1, next[j - 1]! + 1, row[j - 1]! + (same ? 0 : 1));
      if (i > 1 && j > 1 && from[i - 1] === to[j - 2] && from[i - 2] === to[j - 1]) {
        best = Math.min(best, before[j - 2]! + 1);
      }
      next.push(best);
    }
    before = row;
    row = next;
  }
  return row[to.length]!;
}

/** The known word a misspelt one most likely stands for, or `undefined` if none is near. */
export function nearest(word: string, known: Iterable<string>): string | undefined {
  if (word.length > 64) return undefined;
  const max = Math.min(3, Math.max(1, Math.floor(word.length / 3)));
  let found: string | undefined;
  let best = max + 1;
  for (const candidate of known) {
    const edits = candidate.toLowerCase() === word.toLowerCase() ? 0.5 : distance(word, candidate, max);
    if (edits < best && edits < candidate.length) {
      best = edits;
      found = candidate;
    }
  }
  return found;
}

/** ``did you mean `arrived`?``, or what there is to choose from, or nothing. */
export function didYouMean(word: string, known: Iterable<string>): string | undefined {
  const all = [...known];
  const found = nearest(word, all);
  if (found !== undefined) return `did you mean \`${found}\`?`;
  if (all.length === 0 || all.length > 12) return undefined;
  return `one of ${all.join(', ')}`;
}
