import type { InputRoad } from '../event.js';
import { usesIdUp, type Reason } from '../reason.js';
import type { ModelRevision, Regime } from '../regime.js';
import type { SubjectState, SubjectView } from '../subject.js';
import type { Verdict } from '../verdict.js';
import type { Weighed } from './weigh.js';

/** What every verdict on one input says, however it ends. */
export interface VerdictBasis {
  type: string | undefined;
  source: string | undefined;
  id: string | undefined;
  /** '' where no subject could be read. */
  subjectId: string;
  hash: string;
  atMs: number;
  road: InputRoad;
  auth: string | undefined;
  contract: string | undefined;
  subject: SubjectState | undefined;
  regime: Regime;
  model: ModelRevision | undefined;
  policies: Readonly<Record<string, number>>;
}

/** A verdict that refuses: the subject stays as it is. */
export function rejectedVerdict(
  basis: VerdictBasis,
  reasons: Reason[],
  by: { id: string; role: string } | undefined,
): Verdict {
  const { subject } = basis;
  const view: SubjectView | undefined =
    basis.subjectId === ''
      ? undefined
      : {
          id: basis.subjectId,
          type: subject?.type ?? '',
          sequence: subject?.sequence ?? 0,
          state: subject?.state ?? 'new',
          parties: subject?.parties ?? {},
          keeps: subject?.keeps ?? {},
        };
  return verdict(basis, false, reasons, undefined, by, view, undefined);
}

/** A verdict that accepts, irregular where weighing found something. */
export function acceptedVerdict(
  basis: VerdictBasis,
  subjectType: string,
  weighed: Weighed & { accepted: true },
  participant: string,
): Verdict {
  const { subject } = basis;
  const from = subject?.state ?? 'new';
  const view: SubjectView = {
    id: basis.subjectId,
    type: subject === undefined || subject.type === '' ? subjectType : subject.type,
    sequence: (subject?.sequence ?? 0) + 1,
    state: weighed.to ?? from,
    parties: weighed.parties,
    keeps: weighed.keeps,
  };
  const moved = weighed.to === undefined ? undefined : { from, to: weighed.to };
  const irregular = weighed.findings.length === 0 ? undefined : weighed.findings;
  return verdict(basis, true, undefined, irregular, { id: participant, role: weighed.role }, view, moved);
}

function verdict(
  basis: VerdictBasis,
  accepted: boolean,
  reasons: Reason[] | undefined,
  irregular: Reason[] | undefined,
  by: { id: string; role: string } | undefined,
  subject: SubjectView | undefined,
  moved: { from: string; to: string } | undefined,
): Verdict {
  return {
    accepted,
    reasons,
    irregular,
    type: basis.type,
    source: basis.source,
    id: basis.id,
    by,
    auth: basis.auth,
    hash: basis.hash,
    contract: basis.contract,
    model: basis.model?.revision ?? 0,
    epoch: basis.regime.epoch,
    atMs: basis.atMs,
    policies: basis.policies,
    subject,
    moved,
    road: basis.road,
    usesId: usesIdUp(accepted, reasons),
  };
}
