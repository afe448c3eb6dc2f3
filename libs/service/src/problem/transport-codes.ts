import { type CodePage, REASON_CODES, TRANSPORT_CODES as CATALOGUE } from '@tutti/contracts';

const HTTP_ONLY = {
  'too-large': {
    ...REASON_CODES['too-large'],
    recorded: false,
    status: 413,
  },
  'method-not-allowed': {
    title: 'This address does not answer to this method',
    recorded: false,
    status: 405,
    retryable: false,
    meaning: 'The header Allow names the methods it answers to.',
    mend: 'Use one of them.',
  },
  'unsupported-media-type': {
    title: 'This address does not read this content type',
    recorded: false,
    status: 415,
    retryable: false,
    meaning: 'Decisions are CloudEvents in JSON; models are YAML or JSON; everything else is JSON.',
    mend: 'Set Content-Type to what the body is.',
  },
} satisfies Record<string, CodePage>;

/** Codes of requests that were refused before anything was recorded (SURFACE §4.3), those of HTTP itself included. */
export const TRANSPORT_CODES: Readonly<Record<keyof typeof CATALOGUE | keyof typeof HTTP_ONLY, CodePage>> = {
  ...CATALOGUE,
  ...HTTP_ONLY,
};

export type TransportCode = keyof typeof TRANSPORT_CODES;

export function isTransportCode(code: string): code is TransportCode {
  return Object.hasOwn(TRANSPORT_CODES, code);
}
