import type { JsonObject } from '@tutti/kernel';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { BEGIN_MS, codes, DAY_MS, eventOf, inputOf, marketplace, read, regimeOf } from '../fixture/given.js';
import { parseVerdictLine } from '../record/parse-verdict-line.js';
import { verdictLine } from '../record/verdict-line.js';
import type { SubjectState } from '../subject.js';
import { evolve } from '../subject/evolve.js';
import { parseSubject, serializeSubject } from '../subject/subject-text.js';
import type { Verdict } from '../verdict.js';
import { fireDeadline } from './fire-deadline.js';
import { judge } from './judge.js';

const people = ['buyer-1', 'buyer-2', 'seller-1', 'carrier-1', 'support-1', 'eve'];
/** Verbs, and who takes such a decision when all goes well. */
const verbs: Record<string, string> = {
  place: 'buyer-1',
  ship: 'seller-1',
  deliver: 'carrier-1',
  cancel: 'buyer-1',
  claim: 'buyer-1',
  refund: 'support-1',
  note: 'seller-2',
  tip: 'buyer-1',
  wave: 'buyer-1',
  close: 'buyer-1',
};
const step = fc.record({
  by: fc.option(fc.constantFrom(...people), { nil: undefined, freq: 2 }),
  verb: fc.constantFrom(...Object.keys(verbs)),
  seller: fc.constantFrom('seller-1', 'seller-1', 'seller-2', 'nobody'),
  amount: fc.constantFrom(1, 50, 4200, 2_000_000, 0.5),
  basedon: fc.option(fc.nat(4), { nil: undefined, freq: 4 }),
  gapMs: fc.constantFrom(0, 1000, 60_000, DAY_MS, 8 * DAY_MS),
  id: fc.nat(500).map(String),
});
type Step = typeof step extends fc.Arbitrary<infer T> ? T : never;
/** Most begin with an order placed as it should be, or they would hardly get anywhere. */
const begin: Step = {
  by: 'buyer-1',
  verb: 'place',
  seller: 'seller-1',
  amount: 50,
  basedon: undefined,
  gapMs: 0,
  id: '',
};
const history = fc
  .tuple(fc.integer({ min: 0, max: 3 }), fc.array(step, { maxLength: 25 }))
  .map(([luck, steps]) => (luck === 0 ? steps : [{ ...begin, id: 'first' }].concat(steps)));

function dataOf({ verb, seller, amount }: Step): JsonObject {
  if (verb === 'place') return { seller, total: amount, category: 'books' };
  if (verb === 'ship') return { carrier: 'carrier-1' };
  return verb === 'tip' ? { amount } : {};
}

function withoutClock(text: string): string {
  return text.replace(/"lastAtMs":\d+/, '');
}

/** Lives a history as the runtime does, deadlines included: the lines of the journal and the subject at the end. */
function live(mode: 'enforce' | 'observe', steps: Step[]) {
  const regime = regimeOf(marketplace(mode));
  const lines: string[] = [];
  let subject: SubjectState | undefined;
  let atMs = BEGIN_MS;
  const record = (line: string, verdict: Verdict): void => {
    const before = subject === undefined ? undefined : serializeSubject(subject);
    lines.push(line);
    subject = evolve(subject, verdict, lines.length, regime.models);
    if (verdict.accepted || before === undefined) return;
    expect(withoutClock(serializeSubject(subject))).toBe(withoutClock(before));
  };
  for (const one of steps) {
    atMs += one.gapMs;
    for (let due = subject?.due; due !== undefined && due.atMs <= atMs; due = subject?.due) {
      const { verdict, encoded } = fireDeadline(subject!, regime, atMs);
      record(verdictLine(verdict, encoded), verdict);
    }
    const more: JsonObject = one.basedon === undefined ? {} : { basedon: one.basedon };
    const said = { id: one.id, by: one.by ?? verbs[one.verb]!, type: `order.${one.verb}`, data: dataOf(one), more };
    const event = read(eventOf({ ...said, time: new Date(atMs).toISOString() }));
    const verdict = judge(inputOf(event, atMs), subject, regime);
    record(verdictLine(verdict, event.encoded), verdict);
  }
  return { lines, subject, regime };
}

describe.each(['enforce', 'observe'] as const)('any history in mode %s', (mode) => {
  it('gives one verdict for each decision, the same bytes each time', () => {
    fc.assert(
      fc.property(history, (steps) => {
        const { lines } = live(mode, steps);
        expect(lines.filter((line) => !line.includes('"via":"clock"')).length).toBe(steps.length);
        expect(live(mode, steps).lines).toEqual(lines);
      }),
      { numRuns: 60 },
    );
  });

  it('folds from its records to the subject it lived to, through the store and back', () => {
    fc.assert(
      fc.property(history, fc.nat(25), (steps, stop) => {
        const { lines, subject, regime } = live(mode, steps);
        let folded: SubjectState | undefined;
        for (const [index, line] of lines.entries()) {
          folded = evolve(folded, parseVerdictLine(line).verdict, index + 1, regime.models);
          if (index === stop) folded = parseSubject(serializeSubject(folded), [...folded.log.chunksSince(0).values()]);
        }
        expect(folded && serializeSubject(folded)).toBe(subject && serializeSubject(subject));
        expect(folded?.log.chunksSince(0)).toEqual(subject?.log.chunksSince(0));
      }),
      { numRuns: 60 },
    );
  });
});

describe('any history', () => {
  it('counts accepted verdicts, and refuses nothing about behaviour in mode observe', () => {
    fc.assert(
      fc.property(history, fc.constantFrom('enforce' as const, 'observe' as const), (steps, mode) => {
        let sequence = 0;
        for (const line of live(mode, steps).lines) {
          const { verdict } = parseVerdictLine(line);
          if (verdict.accepted) sequence++;
          expect(verdict.subject!.sequence).toBe(sequence);
          expect(verdict.accepted || mode === 'enforce').toBe(true);
        }
      }),
      { numRuns: 100 },
    );
  });

  it('tells conflict, too early and undeclared apart as a plain reading of the rule does', () => {
    const compiled = marketplace();
    const machine = new Map([...compiled.decisions.values()].map((one) => [one.type, one.definition.moves]));
    const edges = [...machine.values()].flat();
    const leadsTo = (from: string, to: string, seen = new Set<string>()): boolean =>
      edges.some((edge) => {
        if (edge.from !== from || seen.has(edge.to)) return false;
        return edge.to === to || leadsTo(edge.to, to, new Set([...seen, edge.to]));
      });
    const seen = new Set<string>();
    fc.assert(
      fc.property(history, (steps) => {
        const moves: { from: string; who: string }[] = [];
        let state = 'new';
        let sequence = 0;
        for (const line of live('enforce', steps).lines) {
          const { verdict, event } = parseVerdictLine(line);
          const code = codes(verdict)[0];
          if (code === 'conflict' || code === 'too-early' || code === 'undeclared') {
            const from = machine.get(verdict.type!)!.map((move) => move.from);
            const who = event.attributes.participant!;
            const { basedon } = event.attributes;
            const knew = basedon !== undefined && basedon >= sequence;
            const other = moves.some((move) => from.includes(move.from) && move.who !== '' && move.who !== who);
            const isEarly = from.length === 0 ? state === 'new' : from.some((one) => leadsTo(state, one));
            expect(code).toBe(other && !knew ? 'conflict' : isEarly ? 'too-early' : 'undeclared');
            seen.add(code);
          }
          if (verdict.moved !== undefined) moves.push({ from: verdict.moved.from, who: verdict.by!.id });
          if (verdict.accepted) sequence++;
          state = verdict.subject!.state;
        }
      }),
      { numRuns: 300, seed: 4 },
    );
    expect([...seen].toSorted()).toEqual(['conflict', 'too-early', 'undeclared']);
  });
});
