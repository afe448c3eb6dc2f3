import type { PortableError } from '../portable-error.js';
import type { Append, AppendOutcome } from './block-writer.js';

/** What the writing thread is told. */
export type WriterRequest =
  | { tell: 'write'; appends: readonly Append[] }
  | { tell: 'limitSize'; bytesMax: number | undefined }
  | { tell: 'close' };

/** Its answer, one a request, in their order. */
export type WriterAnswer = { done: AppendOutcome[] | undefined } | { failure: PortableError };
