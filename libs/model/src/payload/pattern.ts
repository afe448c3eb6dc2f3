import { RE2JS } from 're2js';

/**
 * A regular expression whose time grows with the length of the text alone, whatever the pattern: RE2, not the engine's
 * own, which some patterns keep busy for ever (`^(a+)+$` on sixty letters). Look-around and back-references, which
 * need another kind of engine, are not supported.
 *
 * @param pattern in the syntax of JSON Schema (ECMA 262); found anywhere in a text unless it is anchored
 * @throws SyntaxError it is no regular expression, or needs what RE2 has not
 */
export function linearPattern(pattern: string): { test(text: string): boolean } {
  // The engine's own syntax is the standard's: what it refuses, nobody else should accept.
  const { source } = new RegExp(pattern, 'u');
  try {
    const compiled = RE2JS.compile(RE2JS.translateRegExp(source));
    return { test: (text) => compiled.test(text) };
  } catch (cause) {
    const why = cause instanceof Error ? cause.message.replace(/^error parsing regexp: /, '') : String(cause);
    throw new SyntaxError(
      `regular expression \`${pattern}\`: ${why} (look-around and back-references are not supported)`,
      {
        cause,
      },
    );
  }
}
