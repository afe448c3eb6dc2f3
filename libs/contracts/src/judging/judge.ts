import type { CompiledDecision } from '@tutti/model';
import type { Input, ReadableEvent } from '../event.js';
import { reason, type Reason } from '../reason.js';
import type { ModelRevision, Regime } from '../regime.js';
import type { SubjectState } from '../subject.js';
import type { Verdict } from '../verdict.js';
import { admit, proofOf } from './admit.js';
import { governing, modelOf } from './governing.js';
import { acceptedVerdict, rejectedVerdict, type VerdictBasis } from './verdict-of.js';
import { weigh } from './weigh.js';
import { checkTime } from './window.js';

/**
 * Judges one decision, in the order of DESIGN §5: bytes, envelope, authentication, routing, duplicate, contract
 * version, schema, role and party, transition, requirements. Exactly one verdict for every input; never throws (a
 * fault of ours is the verdict `internal-fault`). Pure: the same input, subject and regime give the same verdict.
 *
 * @param subject the subject before, unchanged; undefined: not known yet
 * @param earlier the verdict that used the same id up for other content, if there is one
 * @param admission what {@link admit} said of this input under this regime, where it has been asked already
 */
export function judge(
  input: Input,
  subject: SubjectState | undefined,
  regime: Regime,
  earlier?: { revision: number },
  admission?: readonly Reason[],
): Verdict {
  const basis = basisOf(input, subject, regime);
  try {
    return judgeInOrder(input, basis, earlier, admission ?? admit(input, regime));
  } catch (error) {
    const detail = `judging failed: ${error instanceof Error ? error.message : String(error)}`;
    return rejectedVerdict(basis, [reason('internal-fault', detail)], undefined);
  }
}

/**
 * Refuses an input without judging it, for a reason of the backbone's own: `quarantined` (it killed the process several
 * times).
 */
export function refuse(input: Input, subject: SubjectState | undefined, regime: Regime, why: Reason): Verdict {
  return rejectedVerdict(basisOf(input, subject, regime), [why], undefined);
}

function basisOf(input: Input, subject: SubjectState | undefined, regime: Regime): VerdictBasis {
  const model = modelOf(subject, regime);
  const { event } = input;
  return {
    source: event.attributes.source,
    id: event.attributes.id,
    type: event.attributes.type,
    subjectId: event.readable ? event.attributes.subject : event.subject,
    hash: event.hash,
    atMs: input.atMs,
    road: input.road,
    auth: undefined,
    contract: undefined,
    subject,
    regime,
    model,
    policies: (subject !== undefined && subject.model !== 0 ? subject.policies : model?.policies) ?? {},
  };
}

function judgeInOrder(
  input: Input,
  basis: VerdictBasis,
  earlier: { revision: number } | undefined,
  admission: readonly Reason[],
): Verdict {
  if (admission.length > 0) return rejectedVerdict(basis, [...admission], undefined);
  const event = input.event as ReadableEvent;
  const { subject, regime, model } = basis;
  const { type, participant } = event.attributes;
  basis.auth = proofOf(input, regime);
  if (earlier !== undefined) {
    const detail = `${event.attributes.id} was used for other content (revision ${earlier.revision}): send a new id`;
    return rejectedVerdict(basis, [reason('id-conflict', detail, { pointer: '/id' })], undefined);
  }
  const ruling = governing(type, subject, model);
  const untimely = checkTime(input, ruling?.definition.ids);
  if (untimely !== undefined) return rejectedVerdict(basis, [untimely], undefined);

  const observes = ruling?.definition.mode === 'observe';
  const decision = model?.compiled.decisions.get(type);
  if (model === undefined || decision === undefined) {
    const detail = model === undefined ? 'no model is in force yet' : `the model has no decision ${type}`;
    const unknown = [reason('unknown-type', detail, { pointer: '/type' })];
    if (!observes) return rejectedVerdict(basis, unknown, undefined);
    const parties = subject?.parties ?? {};
    const keeps = subject?.keeps ?? {};
    return acceptedVerdict(
      basis,
      ruling.name,
      {
        accepted: true,
        findings: unknown,
        role: '',
        to: undefined,
        parties,
        keeps,
      },
      participant,
    );
  }
  const findings: Reason[] = [];
  const found = contractOf(event, decision, model, regime);
  if ('code' in found) {
    findings.push(found);
    if (!observes) return rejectedVerdict(basis, findings, undefined);
  }
  const { contract, version } = 'code' in found ? inForce(decision, model) : found;
  basis.contract = `${type}@${version}`;
  const weighed = weigh(
    {
      decision,
      contract,
      participant,
      isClock: false,
      attributes: event.attributes,
      data: event.data === undefined ? {} : event.data,
      atMs: input.atMs,
      subject,
      model,
      policies: basis.policies,
      regime,
      observes,
    },
    findings,
  );
  if (weighed.accepted) return acceptedVerdict(basis, decision.subject.name, weighed, participant);
  const by = weighed.role === undefined ? undefined : { id: participant, role: weighed.role };
  return rejectedVerdict(basis, weighed.reasons, by);
}

interface Contract {
  contract: CompiledDecision;
  version: number;
}

const PIN = /^tutti:(.+)\/(\d{1,9})$/;

/** The contract that judges: the version `dataschema: tutti:TYPE/VERSION` pins, else the one in the subject's model. */
function contractOf(
  event: ReadableEvent,
  decision: CompiledDecision,
  model: ModelRevision,
  regime: Regime,
): Contract | Reason {
  const { dataschema, type } = event.attributes;
  if (dataschema === undefined || !dataschema.startsWith('tutti:')) return inForce(decision, model);
  const pin = PIN.exec(dataschema);
  const version = Number(pin?.[2]);
  const contract = pin?.[1] === type ? regime.contract(type, version) : undefined;
  if (contract !== undefined) return { contract, version };
  const detail = `${dataschema} is no published contract of ${type}`;
  return reason('unknown-version', detail, { pointer: '/dataschema', actual: dataschema });
}

function inForce(decision: CompiledDecision, model: ModelRevision): Contract {
  return { contract: decision, version: model.contracts[decision.type] ?? 1 };
}
