import canonicalize from 'canonicalize';

/**
 * The canonical form of a JSON value (RFC 8785): the same value gives the same text, whatever the order of its keys.
 *
 * @param value a JSON value; own keys named `__proto__` are kept
 */
export function canonicalJson(value: unknown): string {
  const text = canonicalize(value);
  if (text === undefined) throw new TypeError('not a JSON value');
  return text;
}
