import type { Path, SubjectDefinition } from '../definition.js';
import type { ChangeOf } from './change.js';
import { showDuration, showPath } from './show-value.js';

/** How a subject differs apart from its decisions: states, parties, keeps, mode, ids; in that order. */
export function diffSubject(before: SubjectDefinition, after: SubjectDefinition): ChangeOf[] {
  return [
    ...diffStates(before.states, after.states),
    ...diffPaths('party', before.parties, after.parties),
    ...diffPaths('keep', before.keeps, after.keeps),
    ...diffMode(before, after),
    ...diffIds(before.ids, after.ids),
  ];
}

function diffStates(before: readonly string[], after: readonly string[]): ChangeOf[] {
  const gone = before.filter((state) => !after.includes(state));
  const come = after.filter((state) => !before.includes(state));
  return [
    ...gone.map((state): ChangeOf => ({ kind: 'state-removed', breaking: true, text: `states: - ${state}` })),
    ...come.map((state): ChangeOf => ({ kind: 'state-added', breaking: false, text: `states: + ${state}` })),
  ];
}

function diffPaths(
  what: 'party' | 'keep',
  before: Readonly<Record<string, Path>>,
  after: Readonly<Record<string, Path>>,
): ChangeOf[] {
  const key = what === 'party' ? 'parties' : 'keeps';
  const changes: ChangeOf[] = [];
  for (const [name, path] of Object.entries(before)) {
    const now = after[name];
    if (now === undefined) {
      // Without a party anybody of the role may act; but a kept field that is gone leaves its readers without it.
      changes.push({ kind: `${what}-removed`, breaking: what === 'keep', text: `${key}: - ${name}` });
    } else if (showPath(now) !== showPath(path)) {
      const text = `${key}: ${name}: ${showPath(path)} → ${showPath(now)}`;
      changes.push({ kind: `${what}-changed`, breaking: true, text });
    }
  }
  for (const [name, path] of Object.entries(after)) {
    if (before[name] !== undefined) continue;
    const text = `${key}: + ${name}: ${showPath(path)}`;
    changes.push(
      what === 'party'
        ? { kind: 'party-added', breaking: true, text, note: `others with the role ${name} may no longer act on it` }
        : { kind: 'keep-added', breaking: false, text, note: `absent on older subjects: has(….${name})` },
    );
  }
  return changes;
}

function diffMode(before: SubjectDefinition, after: SubjectDefinition): ChangeOf[] {
  if (before.mode === after.mode) return [];
  const text = `mode: ${before.mode} → ${after.mode}`;
  return [{ kind: 'mode-changed', breaking: after.mode === 'enforce', text }];
}

function diffIds(before: number | 'forever', after: number | 'forever'): ChangeOf[] {
  if (before === after) return [];
  const [old, next] = [before, after].map((ids) => (ids === 'forever' ? Infinity : ids));
  const show = (ids: number | 'forever') => (ids === 'forever' ? ids : showDuration(ids));
  const text = `ids: ${show(before)} → ${show(after)}`;
  if (next! < old!) {
    return [{ kind: 'ids-shorter', breaking: true, text, note: 'what is sent later than that is too-old' }];
  }
  return [{ kind: 'ids-longer', breaking: false, text }];
}
