import { hash } from 'node:crypto';

/** SHA-256 of bytes (or of a text's UTF-8) as 64 lower-case hexadecimal digits. */
export function sha256Hex(data: string | Uint8Array): string {
  return hash('sha256', data, 'hex');
}

/** SHA-256 of bytes (or of a text's UTF-8) as 32 bytes. */
export function sha256(data: string | Uint8Array): Buffer {
  return hash('sha256', data, 'buffer');
}
