const MASKS: readonly (readonly [RegExp, string])[] = [
  [/\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?Z/g, 'TIME'],
  [/\d{4}-\d\d-\d\d \d\d:\d\d:\d\d/g, 'TIME'],
  [/\b\d\d:\d\d:\d\d(?:\.\d+)?/g, 'TIME'],
  [/(?<=127\.0\.0\.1:)\d+/g, 'PORT'],
  [/\bNode \d+\.\d+\.\d+/g, 'NODE'],
  [/[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/g, 'UUID'],
  [/\b[0-9a-f]{64}\b/g, 'HASH'],
  [/(?<=verdicts-\d@)\d+/g, 'N'],
  [/(?<![\w-])(\d)-\d+(?![\w-])/g, '$1-N'],
  [/\b\d+(?:\.\d+)? (?:ms|s|min|h)(?= (?:earlier|later))/g, 'SPAN'],
  [/\bepoch \d+/g, 'epoch N'],
  [/\bepochs \d+-[\dN]+/g, 'epochs N-N'],
];

/** What is different in every run, replaced; runs of spaces become one, since columns move with it. */
export function masked(text: string): string {
  let made = text;
  for (const [pattern, replacement] of MASKS) made = made.replace(pattern, replacement);
  return made
    .split('\n')
    .map((line) => line.replace(/ {2,}/g, ' ').trimEnd())
    .join('\n')
    .trim();
}

/** Whether an output is what a page shows: masked; a line `…` stands for any number of lines. */
export function matches(output: string, shown: string): boolean {
  const pattern = masked(shown)
    .split('\n')
    .map((line) => (line.trim() === '…' ? '(?:.*\\n)*?.*' : escaped(line)))
    .join('\n');
  return new RegExp(`^${pattern}$`).test(masked(output));
}

function escaped(text: string): string {
  return text.replace(/[$()*+.?[\\\]^{|}]/g, '\\$&');
}
