import type { LogRecord } from '@tutti/runtime';
import type { WireMessage } from './kafka-cluster.js';

const nothing = Buffer.alloc(0);

/** As the port has it: of a header that comes several times the last counts, one without a value is empty. */
export function toLogRecord(message: WireMessage): LogRecord {
  return {
    key: message.key,
    value: message.value,
    headers: headersOf(message.headers),
    timestampMs: Number(message.timestamp),
    offset: Number(message.offset),
  };
}

function headersOf(headers: WireMessage['headers']): Record<string, Buffer> {
  if (headers === undefined) return {};
  for (const name of Object.keys(headers)) {
    const value = headers[name];
    if (value instanceof Buffer) continue;
    const last = Array.isArray(value) ? value.at(-1) : value;
    headers[name] = last === undefined || last === null ? nothing : Buffer.from(last as Buffer);
  }
  return headers as Record<string, Buffer>;
}

/** About how many bytes it holds. */
export function bytesOf({ key, value }: LogRecord): number {
  return 256 + (key?.length ?? 0) + (value?.length ?? 0);
}
