import { types, type CustomTypesConfig } from 'pg';

const INT8 = 20;
const BYTEA = 17;

/** How values come back: int8 as numbers (ours fit), bytea without a detour; the rest as `pg` does. */
export const VALUE_TYPES: CustomTypesConfig = {
  getTypeParser(oid: number, format?: 'text' | 'binary') {
    if (format !== 'binary') {
      if (oid === INT8) return Number as never;
      if (oid === BYTEA) return bytesOf as never;
    }
    return types.getTypeParser(oid, format as 'text') as never;
  },
};

/** `\x` and hexadecimal digits. */
function bytesOf(text: string): Buffer {
  return Buffer.from(text.slice(2), 'hex');
}
