import { Buffer } from 'node:buffer';
import { createHmac, timingSafeEqual } from 'node:crypto';

/** Header by which the HTTP gateway vouches for a source that a token proved: `PARTICIPANT HEX`. */
export const VOUCH_HEADER = 'tutti-vouch';
/** Fewest characters of the secret that gateways and contract processes share. */
export const VOUCH_SECRET_LENGTH_MIN = 32;

/** A record of the intake topic, as far as a vouch covers it. */
export interface VouchedRecord {
  key: Uint8Array | null;
  value: Uint8Array | null;
  headers: Readonly<Record<string, Uint8Array>>;
}

const NUL = Buffer.from([0]);

/**
 * The value of header `tutti-vouch`: the participant and HMAC-SHA256, in hexadecimal, over key, NUL, participant, NUL,
 * value, and for each attribute (headers `ce_…`, sorted by their names) NUL, `NAME=`, its bytes.
 *
 * @param secret shared by those who vouch and those who judge, at least {@link VOUCH_SECRET_LENGTH_MIN} characters
 */
export function vouchFor(participant: string, record: VouchedRecord, secret: string): string {
  return `${participant} ${macOf(participant, record, secret).toString('hex')}`;
}

/** The participant that a record's vouch names; undefined where there is none or it does not hold. Constant in time. */
export function vouchedParticipant(record: VouchedRecord, secret: string): string | undefined {
  const header = record.headers[VOUCH_HEADER];
  if (header === undefined) return undefined;
  const said = /^(\S+) ([0-9a-f]{64})$/.exec(Buffer.from(header).toString('utf8'));
  if (said === null) return undefined;
  const participant = said[1]!;
  const holds = timingSafeEqual(Buffer.from(said[2]!, 'hex'), macOf(participant, record, secret));
  return holds ? participant : undefined;
}

function macOf(participant: string, { key, value, headers }: VouchedRecord, secret: string): Buffer {
  const mac = createHmac('sha256', secret);
  mac
    .update(key ?? NUL.subarray(1))
    .update(NUL)
    .update(participant)
    .update(NUL)
    .update(value ?? NUL.subarray(1));
  // Every header that is read as an attribute is covered, or one could be added to a record that was vouched for.
  const names = Object.keys(headers).filter((name) => /^ce[_-]/i.test(name));
  for (const name of names.toSorted()) mac.update(NUL).update(`${name}=`).update(headers[name]!);
  return mac.digest();
}
