import type { Findings } from '../problems/findings.js';
import { Shape } from './shape.js';

/** What every part of a model's reader needs: what is declared, and where to say what is wrong. */
export interface Reader {
  findings: Findings;
  shape: Shape;
  roles: ReadonlySet<string>;
  assets: ReadonlyMap<string, number>;
  /** What subjects keep by paths that are wrong: said once, where the path stands. */
  broken: Set<string>;
  /** Gives the text of a `schema:` file beside the model, where the caller can read files. */
  readSchema?: (path: string) => string | undefined;
}
