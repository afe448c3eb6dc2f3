import type { Json } from './json.js';

const ESCAPED_NAME = /"[^"\\]*\\[^](?:[^"\\]|\\[^])*"[ \t\n\r]*:/;
/** A string, or anything else that is no white space. */
const TOKEN = /"(?:[^"\\]|\\[^])*"|[[\]{}:,]|[^\s[\]{}:,"]+/g;

/**
 * `JSON.parse`, but right also where V8 13 is not: it may read a name that holds an escape as another one, which ends
 * with or holds a backslash, if it has parsed an object with that name before (`{" ":0,"a\"":0}` comes out with the
 * name `a\`). What a text means must not depend on what was parsed before it.
 *
 * @throws SyntaxError as `JSON.parse` does
 */
export function parseJson(text: string): Json {
  const value = JSON.parse(text) as Json;
  return text.includes('\\') && ESCAPED_NAME.test(text) ? rebuild(text) : value;
}

type Open = { items: Json[] } | { members: Record<string, Json>; name: string | undefined };

/** The value of a text that is known to be JSON, string by string. */
function rebuild(text: string): Json {
  const open: Open[] = [];
  let result: Json = null;
  const put = (value: Json): void => {
    const into = open.at(-1);
    if (into === undefined) result = value;
    else if ('items' in into) into.items.push(value);
    else {
      // Also where the name is `__proto__`.
      const member = { value, writable: true, enumerable: true, configurable: true };
      Object.defineProperty(into.members, into.name!, member);
      into.name = undefined;
    }
  };
  for (const [token] of text.matchAll(TOKEN)) {
    const into = open.at(-1);
    if (token === '{') open.push({ members: {}, name: undefined });
    else if (token === '[') open.push({ items: [] });
    else if (token === '}' || token === ']') {
      open.pop();
      put(into !== undefined && 'items' in into ? into.items : (into as { members: Record<string, Json> }).members);
    } else if (token !== ':' && token !== ',') {
      const value = JSON.parse(token) as Json;
      if (into !== undefined && 'members' in into && into.name === undefined) into.name = value as string;
      else put(value);
    }
  }
  return result;
}
