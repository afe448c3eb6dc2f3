import { createHash } from 'node:crypto';

/**
 * Id of a block: the first 16 bytes of SHA-256(stream LF term LF first LF bytes) as a UUID of version 8 (RFC 9562).
 * Numbers in decimal; `bytes` are the uncompressed lines.
 */
export function blockId(stream: string, term: number, first: number, bytes: Uint8Array): string {
  const digest = createHash('sha256').update(`${stream}\n${term}\n${first}\n`).update(bytes).digest();
  digest[6] = (digest[6]! & 0x0f) | 0x80;
  digest[8] = (digest[8]! & 0x3f) | 0x80;
  const hex = digest.toString('hex', 0, 16);
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`;
}
