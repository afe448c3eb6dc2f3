import { TuttiError } from '@tutti/kernel';
import type { ControlStream } from './control-stream.js';
import { decideControl } from './decide-control.js';
import type { Compile } from './fold-control.js';
import type { OperatorAct } from './operator-act.js';

/**
 * Journals an operator's act on control as it is at that moment.
 *
 * @param ifRevision control revision (or model revision for `publish-model`) the operator saw
 * @param nowMs recorded time; what control holds already is never later
 * @returns the act's revision, or control's where there was nothing to do; the epoch from which it is in force
 * @throws TuttiError `revision-mismatch`, `model-invalid`, `incompatible`, `malformed`, `not-found`
 * @throws JournalUnavailableError not known whether it was written
 */
export async function appendAct(
  control: ControlStream,
  act: OperatorAct,
  ifRevision: number | undefined,
  nowMs: number,
  compile: Compile,
): Promise<{ controlRevision: number; effectiveEpoch: number }> {
  await retryingOnce(() => control.catchUp());
  let effectiveEpoch = 0;
  let controlRevision = -1;
  const appended = await control.append((state) => {
    controlRevision = state.revision;
    effectiveEpoch = state.revision > state.epochRevision ? state.epoch + 1 : state.epoch;
    const seen = act.act === 'publish-model' ? state.model : state.revision;
    if (ifRevision !== undefined && ifRevision !== seen) return mismatch(act, ifRevision, seen);
    const record = decideControl(act, state, Math.max(nowMs, state.epochAtMs), compile);
    if (record !== undefined && !(record instanceof Error)) effectiveEpoch = state.epoch + 1;
    return record;
  });
  return { controlRevision: appended?.revision ?? controlRevision, effectiveEpoch };
}

async function retryingOnce<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof TuttiError) || !error.retryable) throw error;
    return work();
  }
}

function mismatch(act: OperatorAct, ifRevision: number, actual: number): TuttiError {
  const what = act.act === 'publish-model' ? 'the model' : 'control';
  return new TuttiError('revision-mismatch', `${what} is at revision ${actual}, not ${ifRevision}`, {
    mend: 'Look at what has changed, then decide again.',
    facts: { expected: ifRevision, actual },
  });
}
