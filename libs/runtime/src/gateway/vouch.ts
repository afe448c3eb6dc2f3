import { createHmac, timingSafeEqual } from 'node:crypto';

/** Header by which the HTTP gateway vouches for a source that a token proved: `PARTICIPANT HEX`. */
export const VOUCH_HEADER = 'tutti-vouch';

/** What is vouched for: a record on its way into the intake topic, without the vouching header. */
export interface Vouched {
  key: Uint8Array;
  value: Uint8Array;
  headers: Readonly<Record<string, Uint8Array>>;
}

const NUL = Buffer.from([0]);

/**
 * The value of the vouching header: the participant, a space, and HMAC-SHA256 in hexadecimal digits over key, NUL,
 * participant, NUL, value, NUL, and the `ce_*` headers as `name=value`, sorted by name, with a NUL between them.
 *
 * @param secret the same for all contract processes of a space
 */
export function vouchFor(secret: string, participant: string, record: Vouched): Buffer {
  return Buffer.from(`${participant} ${macOf(secret, participant, record).toString('hex')}`);
}

/** The participant a record is vouched for; undefined where it is not, or the code does not fit. */
export function vouchedParticipant(secret: string, record: Vouched): string | undefined {
  const header = record.headers[VOUCH_HEADER];
  if (header === undefined) return undefined;
  const text = Buffer.from(header).toString('utf8');
  const space = text.lastIndexOf(' ');
  if (space < 1) return undefined;
  const participant = text.slice(0, space);
  const claimed = Buffer.from(text.slice(space + 1), 'hex');
  const mac = macOf(secret, participant, record);
  return claimed.length === mac.length && timingSafeEqual(claimed, mac) ? participant : undefined;
}

function macOf(secret: string, participant: string, { key, value, headers }: Vouched): Buffer {
  const mac = createHmac('sha256', secret);
  mac.update(key).update(NUL).update(participant).update(NUL).update(value).update(NUL);
  const names = Object.keys(headers).filter((name) => name.startsWith('ce_'));
  for (const [index, name] of names.toSorted().entries()) {
    if (index > 0) mac.update(NUL);
    mac.update(`${name}=`).update(headers[name]!);
  }
  return mac.digest();
}
