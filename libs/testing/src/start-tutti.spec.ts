import { afterEach, describe, expect, it } from 'vitest';
import { ManualClock, startTutti, type TestTutti } from './index.js';

const MODEL = `tutti: 1
model: parcels
epoch: 1 hour
open: [courier]
roles: { courier: carries }
interaction:
  parcel:
    states: [taken, lost]
    parties: { courier: take.by }
    decisions:
      take: { by: courier, moves: new -> taken }
      lose: { by: clock, moves: taken -> lost, after: 2 days }
`;

let tutti: TestTutti;
afterEach(() => tutti.close());

async function take(subject: string): Promise<Response> {
  const time = new Date(tutti.clock.nowMs()).toISOString();
  const source = '/participants/courier-1';
  const sent = { specversion: '1.0', id: subject, source, type: 'parcel.take', subject, time };
  return fetch(`${tutti.url}/v1/decisions`, {
    method: 'POST',
    headers: { 'content-type': 'application/cloudevents+json' },
    body: JSON.stringify(sent),
    signal: AbortSignal.timeout(10_000),
  });
}

describe('startTutti', () => {
  it('is the real thing, with a clock one moves: deadlines fire when it has passed them, not before', async () => {
    const clock = new ManualClock(Date.UTC(2026, 2, 1));
    tutti = await startTutti({ model: { yaml: MODEL }, clock });
    expect((await take('p-1')).status).toBe(201);
    await tutti.advance(47 * 3_600_000);
    expect((await tutti.backbone.subject('p-1'))?.state).toBe('taken');
    await tutti.advance(2 * 3_600_000);
    const subject = await tutti.backbone.subject('p-1');
    expect(subject).toMatchObject({ state: 'lost', sequence: 2 });
    const [, lost] = await tutti.backbone.history('p-1');
    expect(lost).toMatchObject({ accepted: true, at: '2026-03-03T01:00:00.000Z', input: { via: 'clock' } });
  });

  it('needs no model to start with, and says so', async () => {
    tutti = await startTutti();
    const answer = await take('p-1');
    expect(answer.status).toBe(503);
    expect(await answer.json()).toMatchObject({ code: 'unavailable', cause: 'no-model', recorded: false });
  });
});
