import type { DecisionDefinition } from '../definition.js';
import type { ChangeOf } from './change.js';
import { diffSchema } from './diff-schema.js';
import { showDuration } from './show-value.js';

/** How one decision type differs: data, who may, moves, requirements, deadline, flags; in that order. */
export function diffDecision(before: DecisionDefinition, after: DecisionDefinition): ChangeOf[] {
  return [
    ...diffSchema(before.schema, after.schema),
    ...diffBy(before, after),
    ...diffMoves(before, after),
    ...diffRequires(before, after),
    ...diffDeadline(before, after),
    ...diffFlags(before, after),
  ];
}

function diffBy(before: DecisionDefinition, after: DecisionDefinition): ChangeOf[] {
  if (before.clock !== after.clock) {
    const text = after.clock ? 'by: now the clock' : 'by: no longer the clock';
    return [{ kind: 'role-narrowed', breaking: true, text }];
  }
  const changes: ChangeOf[] = [];
  for (const { role, any } of before.by) {
    const now = after.by.find((entry) => entry.role === role);
    if (now === undefined) {
      changes.push({ kind: 'role-narrowed', breaking: true, text: `by: ${role} removed` });
    } else if (any && !now.any) {
      changes.push({ kind: 'role-narrowed', breaking: true, text: `by: any ${role} → ${role}` });
    } else if (!any && now.any) {
      changes.push({ kind: 'role-widened', breaking: false, text: `by: ${role} → any ${role}` });
    }
  }
  for (const { role, any } of after.by) {
    if (before.by.some((entry) => entry.role === role)) continue;
    changes.push({ kind: 'role-widened', breaking: false, text: `by: ${any ? 'any ' : ''}${role} added` });
  }
  return changes;
}

function diffMoves(before: DecisionDefinition, after: DecisionDefinition): ChangeOf[] {
  const changes: ChangeOf[] = [];
  const [old, next] = [before, after].map(({ moves }) => moves.map(({ from, to }) => `${from} -> ${to}`));
  for (const move of old!.filter((each) => !next!.includes(each))) {
    changes.push({ kind: 'move-removed', breaking: true, text: `moves: - ${move}` });
  }
  // Without moves it was accepted in every state, so that naming some takes the others away.
  const wasAnywhere = before.moves.length === 0;
  for (const move of next!.filter((each) => !old!.includes(each))) {
    changes.push({ kind: 'move-added', breaking: wasAnywhere, text: `moves: + ${move}` });
  }
  return changes;
}

function diffRequires(before: DecisionDefinition, after: DecisionDefinition): ChangeOf[] {
  const changes: ChangeOf[] = [];
  for (const { name, cel } of before.requires) {
    const now = after.requires.find((each) => each.name === name);
    if (now === undefined) {
      changes.push({ kind: 'requirement-removed', breaking: false, text: `requires: - ${name}` });
    } else if (now.cel !== cel) {
      const text = `requires: ${name}: ${cel} → ${now.cel}`;
      changes.push({ kind: 'requirement-changed', breaking: true, text });
    }
  }
  for (const { name, cel } of after.requires) {
    if (before.requires.some((each) => each.name === name)) continue;
    changes.push({ kind: 'requirement-added', breaking: true, text: `requires: + ${name}: ${cel}` });
  }
  const kept = (of: DecisionDefinition, other: DecisionDefinition) =>
    of.requires.map(({ name }) => name).filter((name) => other.requires.some((each) => each.name === name));
  if (kept(before, after).join() !== kept(after, before).join()) {
    changes.push({ kind: 'requirement-moved', breaking: false, text: 'requires: order changed' });
  }
  return changes;
}

function diffDeadline(before: DecisionDefinition, after: DecisionDefinition): ChangeOf[] {
  if (!before.clock || !after.clock || before.afterMs === after.afterMs) return [];
  const [old, next] = [before.afterMs ?? 0, after.afterMs ?? 0];
  const text = `after: ${showDuration(old)} → ${showDuration(next)}`;
  // A shorter deadline refuses what came in time before; a longer one refuses nothing.
  return [
    next < old
      ? { kind: 'deadline-shorter', breaking: true, text }
      : { kind: 'deadline-longer', breaking: false, text },
  ];
}

function diffFlags(before: DecisionDefinition, after: DecisionDefinition): ChangeOf[] {
  const changes: ChangeOf[] = [];
  if (before.fact !== after.fact) {
    const text = after.fact ? 'fact: now reports what has happened' : 'fact: no longer, so it can be refused';
    changes.push({ kind: 'fact-changed', breaking: before.fact, text });
  }
  if (before.manual !== after.manual) {
    changes.push({ kind: 'manual-changed', breaking: false, text: `manual: ${before.manual} → ${after.manual}` });
  }
  return changes;
}
