import { TuttiError } from '@tutti/kernel';

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const COMMA = 0x2c;
const OPEN_ARRAY = 0x5b;
const CLOSE_ARRAY = 0x5d;
const OPEN_OBJECT = 0x7b;
const CLOSE_OBJECT = 0x7d;

/**
 * Splits an `application/cloudevents-batch+json` body into the bytes of its elements, without parsing them: what is
 * wrong inside an element is that element's own verdict. The parts share memory with `bytes`.
 *
 * @throws TuttiError `malformed`: the body is no JSON array, or an element is missing or never ends
 */
export function splitBatch(bytes: Buffer): Buffer[] {
  let at = skipWhiteSpace(bytes, 0);
  if (bytes[at] !== OPEN_ARRAY) throw malformed('a batch must be a JSON array of events', at);
  at = skipWhiteSpace(bytes, at + 1);
  const elements: Buffer[] = [];
  if (bytes[at] === CLOSE_ARRAY) at += 1;
  else {
    for (;;) {
      const end = endOfElement(bytes, at);
      if (end === at) throw malformed(`element ${elements.length} of the batch is empty`, at);
      elements.push(bytes.subarray(at, end));
      const isLast = bytes[end] === CLOSE_ARRAY;
      at = end + 1;
      if (isLast) break;
      at = skipWhiteSpace(bytes, at);
    }
  }
  at = skipWhiteSpace(bytes, at);
  if (at !== bytes.length) throw malformed('something follows the batch', at);
  return elements;
}

/** Index of the comma or bracket that ends the element beginning at `from`. */
function endOfElement(bytes: Buffer, from: number): number {
  let depth = 0;
  for (let at = from; at < bytes.length; at++) {
    switch (bytes[at]) {
      case QUOTE:
        at = endOfString(bytes, at);
        break;
      case OPEN_ARRAY:
      case OPEN_OBJECT:
        depth++;
        break;
      case CLOSE_OBJECT:
        depth--;
        if (depth < 0) throw malformed('a bracket does not match', at);
        break;
      case CLOSE_ARRAY:
        if (depth === 0) return at;
        depth--;
        break;
      case COMMA:
        if (depth === 0) return at;
        break;
      default:
    }
  }
  throw malformed('the batch is cut off: its array never ends', bytes.length);
}

function endOfString(bytes: Buffer, opening: number): number {
  for (let at = opening + 1; at < bytes.length; at++) {
    const byte = bytes[at];
    if (byte === BACKSLASH) at++;
    else if (byte === QUOTE) return at;
  }
  throw malformed('the batch is cut off: a string never ends', bytes.length);
}

function skipWhiteSpace(bytes: Buffer, from: number): number {
  let at = from;
  while (bytes[at] === 0x20 || bytes[at] === 0x0a || bytes[at] === 0x0d || bytes[at] === 0x09) at++;
  return at;
}

function malformed(what: string, byte: number): TuttiError {
  return new TuttiError('malformed', what, {
    where: `byte ${byte} of the body`,
    mend: 'Send an array of CloudEvents in structured form: [{…}, {…}].',
    facts: { byte },
  });
}
