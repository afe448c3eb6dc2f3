const START = '{"kind":"verdict",';
const BINARY = ',"mode":"binary"';

/**
 * Text of a verdict on the topic, made from its line in the journal by what the documentation says: without `kind` and
 * `mode`, with its revision at the end; the decision's bytes are those of the journal, and what is no JSON is shown as
 * its base64.
 */
export function relayedText(revision: number, line: Buffer): string {
  const text = line.toString();
  const at = outermost(text, ',"decision');
  const head = text.slice(START.length, at);
  const decision = text.slice(at, -1);
  const mode = head.endsWith(BINARY) ? BINARY.length : 0;
  return `{${head.slice(0, head.length - mode)}${shown(decision)},"revision":${revision}}`;
}

function shown(decision: string): string {
  const encoded = /^,"decision64":"([^"]*)"$/.exec(decision)?.[1];
  if (encoded === undefined) return decision;
  try {
    return `,"decision":${JSON.stringify(JSON.parse(Buffer.from(encoded, 'base64').toString()))}`;
  } catch {
    return `,"decision":{"base64":"${encoded}"}`;
  }
}

/** Where a member of the outermost object begins. */
function outermost(text: string, member: string): number {
  let depth = 0;
  for (let at = 0; at < text.length; at += 1) {
    const unit = text[at];
    if (unit === '"') {
      at += 1;
      while (text[at] !== '"') at += text[at] === '\\' ? 2 : 1;
    } else if (unit === '{' || unit === '[') depth += 1;
    else if (unit === '}' || unit === ']') depth -= 1;
    else if (depth === 1 && text.startsWith(member, at)) return at;
  }
  return text.length;
}
