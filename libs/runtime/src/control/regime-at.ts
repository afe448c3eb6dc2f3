import type { Regime } from '@tutti/contracts';
import { parseTime } from '@tutti/kernel';
import { UNDECLARED_STANDING, type CompiledDecision } from '@tutti/model';
import type { EpochOpened } from './control-record.js';
import type { ControlState } from './control-state.js';

/**
 * The regime that an epoch's opening defines.
 *
 * @param control folded up to the opening's `controlRevision`
 */
export function regimeAt(control: ControlState, opened: EpochOpened): Regime {
  const { models, participants, policies, model } = control;
  const byContract = contractsOf(control);
  const { definition, topStandings } = models.get(model)?.compiled ?? {};
  const declared = Object.keys(definition?.incentive?.standings ?? {});
  return {
    epoch: opened.epoch,
    atMs: parseTime(opened.at) ?? 0,
    controlRevision: opened.controlRevision,
    space: control.space,
    partitions: control.partitions,
    trust: control.trust,
    model,
    models,
    participants,
    policies,
    contract: (type, version) => byContract.get(`${type}@${version}`),
    standing: (participant) => {
      // Until standings are computed everybody has the top tier, of the first of its roles that has tiers.
      const roles = participants.get(participant)?.roles;
      const role = roles === undefined ? declared[0] : declared.find((one) => roles.includes(one));
      return (role === undefined ? undefined : topStandings?.[role]) ?? UNDECLARED_STANDING;
    },
  };
}

/** Contracts of all revisions by `type@version`; the first revision that had a version speaks for it. */
const contractsOf = (() => {
  const kept = new WeakMap<ControlState['models'], ReadonlyMap<string, CompiledDecision>>();
  return ({ models }: ControlState): ReadonlyMap<string, CompiledDecision> => {
    let found = kept.get(models);
    if (found === undefined) {
      const made = new Map<string, CompiledDecision>();
      for (const { compiled, contracts } of models.values()) {
        for (const [type, decision] of compiled.decisions) {
          const key = `${type}@${contracts[type]}`;
          if (!made.has(key)) made.set(key, decision);
        }
      }
      found = made;
      kept.set(models, found);
    }
    return found;
  };
})();

/** What is in force before the first epoch: nothing. */
export function regimeBefore(control: ControlState): Regime {
  const opened: EpochOpened = {
    kind: 'EpochOpened',
    epoch: 0,
    controlRevision: -1,
    standingsOf: null,
    at: '',
    engine: '',
  };
  return regimeAt({ ...control, model: 0, models: new Map(), participants: new Map() }, opened);
}
