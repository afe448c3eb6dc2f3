import { SetMetadata } from '@nestjs/common';
import type { VerdictFilter } from '@tutti/client';

/** What `@OnVerdict` says about a method. */
export interface OnVerdictMetadata {
  filter: VerdictFilter;
  /** Name of its cursor. */
  name: string | undefined;
}

export const ON_VERDICT = 'tutti:on-verdict';

/**
 * The method is called with each verdict that passes the filter: one at a time, in order within a subject, at least
 * once where the module has `cursors`. Where it throws, it is called again with back-off.
 *
 * @param options `name`: name of its cursor; default `CLASS.METHOD`. Give one before you rename either.
 */
export function OnVerdict(filter: VerdictFilter = {}, options: { name?: string } = {}): MethodDecorator {
  const metadata: OnVerdictMetadata = { filter, name: options.name };
  return SetMetadata(ON_VERDICT, metadata);
}
