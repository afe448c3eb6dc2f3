import type { Json } from '@tutti/kernel';
import type { Problem } from '@tutti/model';
import type { Place } from './scenario.js';

/** One thing that came out otherwise than `then` says, or a step of `given` that did not work. */
export interface Mismatch extends Place {
  /** `outcome`, `state`, `keeps.total`, `parties.seller`, `rule`, `pointer`, `fires`, `given 2`, … */
  what: string;
  expected: Json;
  got: Json;
  /** The verdict's own words about it. */
  detail?: string;
}

/** An expectation that nothing can check yet. */
export interface Unchecked extends Place {
  /** Literal: the layer that would answer does not exist. */
  code: 'no-incentive-layer';
  what: string;
  message: string;
}

/** How one case came out. `unchecked`: all that can be checked is as expected, but not everything can be. */
export interface ScenarioResult extends Place {
  it: string;
  outcome: 'passed' | 'failed' | 'unchecked';
  mismatches: Mismatch[];
  unchecked: Unchecked[];
}

/** How a tests file came out. */
export interface ScenarioReport {
  file: string;
  /** What is wrong with the file itself; cases with problems are not run. */
  problems: Problem[];
  results: ScenarioResult[];
  passed: number;
  failed: number;
  unchecked: number;
  /** No problem and no failure. Unchecked cases do not count as failures; they are listed. */
  ok: boolean;
}
