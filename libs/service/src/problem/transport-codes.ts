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
  'quota-exceeded': {
    title: 'More decisions than your quota',
    recorded: false,
    status: 429,
    retryable: true,
    meaning:
      'The participant has sent more decisions a second than TUTTI_QUOTA allows, one second of them at once. Of a batch, those that fit were taken, in order; each of the others says this.',
    mend: 'Send it again, with the same id, after Retry-After.',
  },
  'no-intake': {
    title: 'There is no intake topic',
    recorded: false,
    status: 404,
    retryable: false,
    meaning: 'A backbone on one machine has none: decisions are answered with their verdict, not with a place.',
    mend: 'Read the verdict at GET /v1/decisions/PARTICIPANT/ID.',
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
