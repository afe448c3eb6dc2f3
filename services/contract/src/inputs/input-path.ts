import type { IntakePlace } from '@tutti/runtime';

/** Where the verdict on an input is to be found. */
export function inputPath({ partition, offset }: IntakePlace): string {
  return `/v1/inputs/${partition}/${offset}`;
}
