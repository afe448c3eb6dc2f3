import type { NextDecision, SubjectState } from '@tutti/contracts';
import { formatTime, type Json } from '@tutti/kernel';

/** A subject as `GET /v1/subjects/{id}` shows it. */
export interface SubjectAnswer {
  id: string;
  /** Subject type; empty until a decision on it was accepted. */
  type: string;
  sequence: number;
  state: string;
  parties: Record<string, string>;
  keeps: Record<string, Json>;
  /** Model revision and policy revisions it is judged under. */
  model: number;
  policies: Record<string, number>;
  /** RFC 3339; absent in `new`. */
  enteredAt?: string;
  /** What the clock will decide if nobody does before. */
  due?: { type: string; at: string };
  /** Verdicts so far, rejections included. */
  verdicts: number;
  partition: number;
}

export function describeSubject(subject: SubjectState, partition: number): SubjectAnswer {
  const { id, type, sequence, state, parties, keeps, model, policies, enteredAtMs, due, log } = subject;
  const answer: SubjectAnswer = {
    id,
    type,
    sequence,
    state,
    parties,
    keeps,
    model,
    policies,
    verdicts: log.size,
    partition,
  };
  if (enteredAtMs > 0) answer.enteredAt = formatTime(enteredAtMs);
  if (due !== undefined) answer.due = { type: due.type, at: formatTime(due.atMs) };
  return answer;
}

/** What may be decided on a subject now. */
export interface NextAnswer {
  subject: string;
  state: string;
  sequence: number;
  next: Json[];
}

export function describeNext(subject: SubjectState, next: readonly NextDecision[]): NextAnswer {
  const { id, state, sequence } = subject;
  return { subject: id, state, sequence, next: next.map((step) => withTimes(step)) };
}

/** Times are RFC 3339 on the wire. */
function withTimes({ dueAtMs, ...rest }: NextDecision): Json {
  const shown = dueAtMs === undefined ? rest : { ...rest, dueAt: formatTime(dueAtMs) };
  return shown as unknown as Json;
}
