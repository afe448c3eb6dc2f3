import { TuttiError, type Json } from '@tutti/kernel';
import { JournalUnavailableError, type WriteFault } from '@tutti/runtime/journal';

/** An error as it crosses threads. */
export interface PortableError {
  code: string;
  message: string;
  retryable: boolean;
  where: string | undefined;
  mend: string | undefined;
  facts: Record<string, Json>;
}

export function toPortable(error: unknown): PortableError {
  if (error instanceof TuttiError) {
    const { code, message, retryable, where, mend, facts } = error;
    return { code, message, retryable, where, mend, facts };
  }
  const message = error instanceof Error ? (error.stack ?? error.message) : String(error);
  return { code: 'internal', message, retryable: false, where: undefined, mend: undefined, facts: {} };
}

const UNAVAILABLE: ReadonlySet<string> = new Set(['journal-unavailable', 'disk-full', 'data-read-only']);

export function fromPortable({ code, message, ...details }: PortableError): TuttiError {
  return UNAVAILABLE.has(code)
    ? new JournalUnavailableError(message, details, code as WriteFault | 'journal-unavailable')
    : new TuttiError(code, message, details);
}
