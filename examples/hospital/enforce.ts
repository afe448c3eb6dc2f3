import {
  evolve,
  type Input,
  judge,
  type ModelRevision,
  parseVerdictLine,
  type Reason,
  type Regime,
  type SubjectState,
} from '@tutti/contracts';
import { compileModel } from '@tutti/model';
import { type Journal, JournalReader, recordKind } from '@tutti/runtime';

/** One decision that enforcing would have refused. */
export interface Refused {
  id: string;
  subject: string;
  reasons: Reason[];
}

/**
 * Judges the recorded decisions once more, in memory, as if every subject were in `mode: enforce`. A refused decision
 * then moves nothing, so what follows it may be judged differently from what observing marked.
 *
 * @param journal the journal that holds them; it is only read
 * @param regime in force when they were judged: the example's model has no policies and no clock
 */
export async function refusedIfEnforced(journal: Journal, regime: Regime): Promise<Refused[]> {
  const enforced = enforcing(regime);
  const refused: Refused[] = [];
  for (let partition = 0; partition < regime.partitions; partition++) {
    const subjects = new Map<string, SubjectState>();
    const stream = `verdicts-${partition}`;
    for await (const record of new JournalReader(journal, stream).records()) {
      if (recordKind(stream, record) !== 'verdict') continue;
      const { event, verdict: recorded } = parseVerdictLine(record.line.toString());
      const input: Input = { event, authentication: { how: 'none' }, road: recorded.road, atMs: recorded.atMs };
      const id = recorded.subject?.id;
      if (id === undefined) continue;
      const verdict = judge(input, subjects.get(id), enforced);
      subjects.set(id, evolve(subjects.get(id), verdict, record.revision, enforced.models));
      if (!verdict.accepted) refused.push({ id: verdict.id ?? '', subject: id, reasons: verdict.reasons ?? [] });
    }
  }
  return refused;
}

function enforcing(regime: Regime): Regime {
  const models = new Map<number, ModelRevision>();
  for (const [revision, model] of regime.models) {
    const { definition } = model.compiled;
    const interaction = Object.fromEntries(
      Object.entries(definition.interaction).map(([name, subject]) => [name, { ...subject, mode: 'enforce' as const }]),
    );
    models.set(revision, { ...model, compiled: compileModel({ ...definition, interaction }) });
  }
  return { ...regime, models };
}
