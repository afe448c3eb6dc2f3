import type { Json } from '@tutti/kernel';

/** Something that is away or wrong. */
export interface ServiceProblem {
  code: string;
  detail: string;
  /** Since when, wall time, milliseconds. */
  sinceMs: number;
}

/** How a service is. */
export interface ServiceStatus {
  /** Whether it does its work. */
  ready: boolean;
  problems: readonly ServiceProblem[];
  /** What it is about: space, partitions, epoch … */
  facts: Record<string, Json>;
}
