import type { Regime } from '@tutti/contracts';
import type { Json } from '@tutti/kernel';
import { formatTime } from '@tutti/kernel';
import type { PublishedModel } from '../control/control-state.js';
import type { NewRecord } from '../ports/log.js';
import { REVISION_HEADER } from './verdict-record.js';

/** Types of the CloudEvents on topic `policies`. */
export const POLICY_EVENT_TYPES = {
  policy: 'tutti.policy.v1',
  model: 'tutti.model.v1',
  regime: 'tutti.regime.v1',
} as const;

/** Key of the last of the records that one epoch's opening makes. */
export const REGIME_KEY = 'regime';

/**
 * The records of topic `policies` for an epoch (SURFACE §5): each policy that has changed (key `policy/NAME`), the model
 * if it has (`model`), the regime (`regime`), last. Values are whole, never deltas, so that the compacted topic is the
 * snapshot. A policy that the regime does not name any more is in force nowhere.
 *
 * @param revision of the epoch's record in `control`
 * @param before the regime of the epoch before; undefined: none
 */
export function policyRecords(
  space: string,
  revision: number,
  regime: Regime,
  before: Regime | undefined,
  models: ReadonlyMap<number, PublishedModel>,
): NewRecord[] {
  const { epoch, atMs } = regime;
  const model = models.get(regime.model);
  const make = (key: string, type: string, value: Json): NewRecord => ({
    key: Buffer.from(key),
    value: Buffer.from(JSON.stringify(value)),
    headers: {
      'content-type': Buffer.from('application/json'),
      ce_specversion: Buffer.from('1.0'),
      ce_id: Buffer.from(`${key}@${revision}`),
      ce_source: Buffer.from(`/spaces/${encodeURIComponent(space)}/policies`),
      ce_type: Buffer.from(type),
      ce_subject: Buffer.from(key),
      ce_time: Buffer.from(formatTime(atMs)),
      [REVISION_HEADER]: Buffer.from(`${revision}`),
      ce_epoch: Buffer.from(`${epoch}`),
    },
  });
  const records: NewRecord[] = [];
  const inForce = policiesOf(regime);
  const earlier = before === undefined ? new Map<string, number>() : policiesOf(before);
  for (const [name, number] of inForce) {
    const previous = earlier.get(name);
    if (previous === number) continue;
    const definition = model?.compiled.definition.policies[name];
    const value: Record<string, Json> = {
      policy: name,
      revision: number,
      parameters: { ...regime.policies.get(name)?.get(number) },
    };
    if (previous !== undefined) {
      value['previous'] = { revision: previous, parameters: { ...regime.policies.get(name)?.get(previous) } };
    }
    if (definition?.per !== undefined) value['per'] = definition.per;
    value['stage'] = 10_000;
    value['effectiveEpoch'] = epoch;
    value['status'] = 'complete';
    if (model !== undefined) value['because'] = { model: model.revision, by: model.by, reason: model.because };
    records.push(make(`policy/${name}`, POLICY_EVENT_TYPES.policy, value));
  }
  if (model !== undefined && before?.model !== regime.model) {
    const { hash, contracts, policies, by, because, compiled } = model;
    const value = {
      model: compiled.definition.model,
      revision: regime.model,
      hash: `sha256:${hash}`,
      at: formatTime(model.atMs),
      by,
      because,
      effectiveEpoch: epoch,
      contracts,
      policies,
      definition: compiled.definition as unknown as Json,
    };
    records.push(make('model', POLICY_EVENT_TYPES.model, value as unknown as Json));
  }
  const stages = Object.fromEntries([...inForce].map(([name, number]) => [name, { [number]: 10_000 }]));
  const value = { epoch, at: formatTime(atMs), model: regime.model, policies: stages };
  records.push(make(REGIME_KEY, POLICY_EVENT_TYPES.regime, value));
  return records;
}

function policiesOf(regime: Regime): Map<string, number> {
  return new Map(Object.entries(regime.models.get(regime.model)?.policies ?? {}));
}
