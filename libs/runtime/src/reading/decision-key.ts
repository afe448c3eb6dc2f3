import { sha256 } from '@tutti/kernel';

/**
 * Key of a decision in an index: the first 16 bytes of SHA-256(source NUL id). Whoever looks up compares all the same.
 */
export function decisionKey(source: string, id: string): Buffer {
  return sha256(`${source}\0${id}`).subarray(0, 16);
}
