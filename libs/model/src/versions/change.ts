/** Literal kinds of difference between two revisions of a model. `data-…` to `deadline-…` are about one contract. */
export type ChangeKind =
  | 'decision-added'
  | 'decision-removed'
  | 'data-added'
  | 'data-required'
  | 'data-removed'
  | 'data-narrowed'
  | 'data-widened'
  | 'data-changed'
  | 'data-annotated'
  | 'role-narrowed'
  | 'role-widened'
  | 'move-added'
  | 'move-removed'
  | 'requirement-added'
  | 'requirement-removed'
  | 'requirement-changed'
  | 'requirement-moved'
  | 'deadline-shorter'
  | 'deadline-longer'
  | 'fact-changed'
  | 'manual-changed'
  | 'subject-added'
  | 'subject-removed'
  | 'state-added'
  | 'state-removed'
  | 'party-added'
  | 'party-removed'
  | 'party-changed'
  | 'keep-added'
  | 'keep-removed'
  | 'keep-changed'
  | 'mode-changed'
  | 'ids-shorter'
  | 'ids-longer'
  | 'policy-added'
  | 'policy-removed'
  | 'policy-changed'
  | 'parameter-added'
  | 'parameter-removed'
  | 'parameter-retyped'
  | 'default-changed'
  | 'bounds-changed'
  | 'renamed'
  | 'role-added'
  | 'role-removed'
  | 'open-added'
  | 'open-removed'
  | 'asset-added'
  | 'asset-removed'
  | 'asset-changed'
  | 'epoch-changed'
  | 'layer-changed';

/** What a change is about. `from` and `to` are contract versions or policy revisions; absent on what is new or gone. */
export interface Changed {
  what: 'contract' | 'subject' | 'policy' | 'layer' | 'model';
  /** `order.ship`, `order`, `fees` or `fees.late`, `incentive`, the model's name. */
  name: string;
  from?: number;
  to?: number;
}

/** One typed difference between two revisions of a model. */
export interface Change {
  kind: ChangeKind;
  of: Changed;
  /**
   * True where somebody who keeps to the revision before can be refused, cut off or misread under the new one. What
   * cannot be told is counted as breaking.
   */
  breaking: boolean;
  /** In words of the model: `data: + insured? (boolean)`. */
  text: string;
  /** A remark: `current 5% is inside`. */
  note?: string;
}

/** A change before it is known which contract it belongs to. */
export type ChangeOf = Omit<Change, 'of'>;
