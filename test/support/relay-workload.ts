import { between, seeded } from './random.js';

/** One decision of the relay workload as a structured CloudEvent. */
export interface WorkloadDecision {
  specversion: '1.0';
  id: string;
  source: string;
  type: string;
  subject: string;
  time: string;
  data: Record<string, unknown>;
}

/**
 * The decisions of one client on its own subject, in order: moves, repeated moves, wrong data, refused requirements,
 * facts that come too late, and the same id twice. Never a retryable one: its verdict is not final, so a retry after a
 * lost answer may rightly record it again.
 */
export function relayDecisions(seed: number, client: number, count: number, time: string): WorkloadDecision[] {
  const random = seeded(seed * 1_000 + client);
  const subject = `parcel-${client}`;
  const decisions: WorkloadDecision[] = [];
  const add = (who: string, verb: string, data: Record<string, unknown>): void => {
    decisions.push({
      specversion: '1.0',
      id: `${subject}/${decisions.length}`,
      source: `/participants/${who}`,
      type: `parcel.${verb}`,
      subject,
      time,
      data,
    });
  };
  add('sender-1', 'post', { weight: between(random, 1, 9) });
  add('courier-1', 'take', {});
  while (decisions.length < count - 4) {
    const dice = random();
    if (dice < 0.6) add('courier-1', 'hop', { toll: between(random, 0, 60) });
    else if (dice < 0.7) add('courier-2', 'hop', { toll: 1 });
    else if (dice < 0.8) add('courier-1', 'hop', { toll: `${between(random, 0, 9)}` });
    else if (dice < 0.9) add('sender-1', 'post', { weight: 1 });
    else decisions.push(decisions[between(random, 0, decisions.length - 1)]!);
  }
  add('sender-1', 'recall', {});
  add('courier-1', 'deliver', {});
  add('courier-1', 'hop', { toll: 1 });
  add('sender-1', 'recall', {});
  return decisions;
}
