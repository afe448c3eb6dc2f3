import { type Encoded, type Verdict, verdictHead, wireText, wireVerdict } from '@tutti/contracts';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { glanceAt, withoutDecision } from './answer-text.js';

const reason = { code: 'schema-invalid', retryable: false, detail: '"position":"9-9"' } as const;
const verdicts: Record<string, Partial<Verdict>> = {
  accepted: { accepted: true, by: { id: 'a', role: 'b' }, auth: 'network' },
  irregular: { accepted: true, irregular: [reason] },
  rejected: { accepted: false, reasons: [reason] },
};

/** An event whose data may hold anything, the words that are looked for included. */
const decisions = fc
  .record({
    id: fc.string(),
    data: fc.oneof(fc.json(), fc.constant({ ',"position":"1-1"': ',"decision":{' }), fc.jsonValue()),
  })
  .map((event) => JSON.stringify(event));

describe('a glance at the text of an answer', () => {
  it.each(Object.keys(verdicts))('tells what the %s verdict says, and can leave the decision out', (name) => {
    fc.assert(
      fc.property(decisions, fc.nat(1000), fc.nat(), (text, partition, revision) => {
        const judged = { hash: '00', model: 1, epoch: 1, atMs: 0, policies: {}, road: { via: 'http' }, usesId: true };
        const verdict = { ...judged, ...verdicts[name] } as Verdict;
        const encoded: Encoded = { as: 'json', text, mode: 'structured' };
        const answer = wireText(verdictHead(verdict, encoded), encoded, partition, revision);
        const wire = wireVerdict(verdict, encoded, partition, revision);
        const code = (wire.irregular ?? wire.reasons)?.[0]?.code;
        const { accepted, position } = wire;
        expect(glanceAt(answer)).toEqual(code === undefined ? { accepted, position } : { accepted, position, code });
        const { decision: _, ...rest } = wire;
        expect(JSON.parse(withoutDecision(answer, text)!)).toEqual(JSON.parse(JSON.stringify(rest)));
        expect(withoutDecision(answer, `${text} `)).toBeUndefined();
      }),
    );
  });

  it('tells nothing where the text is laid out otherwise', () => {
    expect(glanceAt('{"position":"1-1","accepted":true}')).toBeUndefined();
    expect(glanceAt('{"accepted":false,"hash":"x","position":"1-1"}')).toBeUndefined();
    expect(withoutDecision('{}', '{}')).toBeUndefined();
  });
});
