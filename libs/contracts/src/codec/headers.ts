/** Headers of one event as a transport hands them over; names in any case. */
export type Headers = Readonly<Record<string, string | readonly string[] | Uint8Array | undefined>>;

/** Attributes of an event in binary content mode, in the order of the headers. */
export interface HeaderAttributes {
  attributes: Map<string, string>;
  /** Names whose value could not be decoded. */
  undecodable: string[];
}

const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/**
 * The CloudEvents attributes among headers: `ce_NAME` as on Kafka (UTF-8 as it is), `ce-NAME` as over HTTP
 * (percent-encoding and quotes undone, CloudEvents HTTP binding 1.0 §3.1.3.2), `content-type` as `datacontenttype`.
 */
export function readHeaders(headers: Headers): HeaderAttributes {
  const attributes = new Map<string, string>();
  const undecodable: string[] = [];
  for (const header of Object.keys(headers)) {
    const raw = headers[header];
    if (raw === undefined) continue;
    const lower = header.toLowerCase();
    const isHttp = lower.startsWith('ce-');
    const isAttribute = isHttp || lower.startsWith('ce_');
    if (!isAttribute && lower !== 'content-type') continue;
    const name = isAttribute ? lower.slice(3) : 'datacontenttype';
    const value = isHttp ? fromHttp(asText(raw, true)) : asText(raw, false);
    if (value === undefined || attributes.has(name)) undecodable.push(name);
    else attributes.set(name, value);
  }
  return { attributes, undecodable };
}

function asText(raw: string | readonly string[] | Uint8Array, isHttp: boolean): string | undefined {
  if (typeof raw === 'string') return isHttp ? fromLatin1(raw) : raw;
  if (!(raw instanceof Uint8Array)) return raw.length === 1 ? asText(raw[0]!, isHttp) : undefined;
  try {
    return decoder.decode(raw);
  } catch {
    return undefined;
  }
}

/** HTTP libraries read header bytes as Latin-1; senders who do not percent-encode mean UTF-8. */
function fromLatin1(value: string): string {
  if (!/[\u0080-\u00ff]/.test(value) || /[\u0100-\uffff]/.test(value)) return value;
  try {
    return decoder.decode(Buffer.from(value, 'latin1'));
  } catch {
    return value;
  }
}

function fromHttp(value: string | undefined): string | undefined {
  if (value === undefined) return undefined;
  const quoted = /^"((?:[^"\\]|\\.)*)"$/.exec(value);
  const plain = quoted === null ? value : quoted[1]!.replaceAll(/\\(.)/g, '$1');
  if (!plain.includes('%')) return plain;
  try {
    return decodeURIComponent(plain);
  } catch {
    return undefined;
  }
}
