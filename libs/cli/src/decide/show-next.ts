import type { NextStep } from '@tutti/client';
import { parseTime } from '@tutti/kernel';
import { showSpan } from '../terminal/spans.js';

/** One thing that may be decided now, as the backbone lists it. */
interface Step extends NextStep {
  verb: string;
  by: { role: string; participant?: string }[];
  to?: string;
  dueAt?: string;
}

/** Who may do what: `carrier-1: deliver · clock: lost in 30 days`. Empty where nothing may be done. */
export function showNext(next: readonly NextStep[], nowMs: number): string {
  return [...byWho(next, nowMs)].map(([who, what]) => `${who}: ${what.join(', ')}`).join(' · ');
}

/** Who → what each may do; `any seller` where the role is not bound to a participant. */
export function byWho(next: readonly NextStep[], nowMs: number): Map<string, string[]> {
  const found = new Map<string, string[]>();
  const add = (who: string, what: string): void => {
    found.set(who, [...(found.get(who) ?? []), what]);
  };
  for (const step of next as readonly Step[]) {
    if (step.dueAt !== undefined) {
      const dueMs = parseTime(step.dueAt);
      const when = dueMs === undefined ? '' : dueMs > nowMs ? ` in ${showSpan(dueMs - nowMs)}` : ' now';
      add('clock', `${step.verb}${when}`);
    }
    for (const { role, participant } of step.by) add(participant ?? `any ${role}`, step.verb);
  }
  return found;
}
