import { TuttiError, type Json } from '@tutti/kernel';
import { planPublication, type CompiledModel } from '@tutti/model';
import type { ModelPublished } from './control-record.js';
import type { ControlState } from './control-state.js';
import type { Compile } from './fold-control.js';
import type { OperatorAct } from './operator-act.js';

/**
 * Decides the publication of a model: nothing where the revision in force has the same content.
 *
 * @param at recorded time, RFC 3339
 * @returns errors `model-invalid`, `incompatible` (breaking without leave; fact `differences`)
 */
export function decidePublication(
  act: OperatorAct & { act: 'publish-model' },
  state: ControlState,
  at: string,
  compile: Compile,
): ModelPublished | undefined | TuttiError {
  const { definition, by, because } = act;
  let compiled: CompiledModel;
  try {
    compiled = compile(definition);
  } catch (cause) {
    if (cause instanceof TuttiError && cause.code === 'model-invalid') return cause;
    const said = cause instanceof Error ? cause.message : String(cause);
    return new TuttiError('model-invalid', `the model does not compile: ${said}`, {
      mend: 'Check it with `tutti model check`.',
      cause,
    });
  }
  const before = state.models.get(state.model);
  if (before?.hash === compiled.hash) return undefined;
  const previous = before === undefined ? undefined : { ...before, definition: before.compiled.definition };
  const plan = planPublication(previous, definition);
  const changes = plan.changes as unknown as Json[];
  if (plan.breaking && !act.breaking) {
    const breaking = plan.changes.filter((change) => change.breaking);
    const [first] = breaking;
    return new TuttiError(
      'incompatible',
      `${breaking.length} of ${changes.length} changes break who keeps to the model in force` +
        (first === undefined ? '' : `: ${first.of.name} ${first.text}`),
      {
        where: `model ${state.model}`,
        mend: 'Change the model so that nothing breaks, or publish it as breaking.',
        facts: { differences: changes, revision: state.model },
      },
    );
  }
  const { contracts, policies } = plan;
  const revision = state.model + 1;
  const { hash } = compiled;
  return { kind: 'ModelPublished', revision, hash, contracts, policies, changes, definition, by, because, at };
}
