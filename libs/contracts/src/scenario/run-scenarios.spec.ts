import { describe, expect, it } from 'vitest';
import { marketplace } from '../fixture/given.js';
import { smallModel } from '../fixture/small-model.js';
import { describeScenarios } from './describe-report.js';
import { runScenarios } from './run-scenarios.js';

const model = marketplace();
const PLACE = 'order.place: { by: buyer-1, seller: seller-1, total: 4200, category: books }';
const SHIP = 'order.ship: { by: seller-1, carrier: carrier-1 }';

/** Runs one case; `given` are steps, `when` one step, `then` a flow mapping. */
function run({
  given = [],
  when,
  expected,
  head = '',
}: {
  given?: string[];
  when: string;
  expected: string;
  head?: string;
}) {
  const steps = given.map((step) => `      - ${step}\n`).join('');
  const text = `${head}\ncases:\n  - it: works\n    given:${steps === '' ? ' []' : ''}\n${steps}    when: { ${when} }\n    then: ${expected}\n`;
  return runScenarios(model, text, 'shop.tests.yaml');
}

function outcomeOf(...args: Parameters<typeof run>) {
  const report = run(...args);
  expect(report.problems).toEqual([]);
  return report.results[0]!;
}

describe('what comes out', () => {
  it.each<[string, Parameters<typeof run>[0]]>([
    ['an accepted decision', { when: PLACE, expected: 'accepted' }],
    [
      'its state, sequence, keeps and parties',
      {
        given: [PLACE],
        when: SHIP,
        expected:
          '{ state: shipped, sequence: 2, keeps: { total: 4200, arrived: null }, parties: { carrier: carrier-1, buyer: buyer-1 } }',
      },
    ],
    [
      'a conflict',
      {
        given: [PLACE, 'order.cancel: { by: buyer-1 }'],
        when: SHIP,
        expected: '{ rejected: conflict, state: cancelled }',
      },
    ],
    ['too early', { given: [PLACE], when: 'order.claim: { by: buyer-1 }', expected: '{ rejected: too-early }' }],
    [
      'an undeclared move',
      {
        given: [PLACE, 'order.cancel: { by: buyer-1 }'],
        when: 'order.place: { by: buyer-1, seller: seller-1, total: 1, category: books }',
        expected: '{ rejected: undeclared }',
      },
    ],
    [
      'a fact that is irregular',
      {
        given: [PLACE, SHIP, 'order.deliver: { by: carrier-1 }'],
        when: 'order.deliver: { by: carrier-1 }',
        expected: '{ irregular: undeclared, state: delivered }',
      },
    ],
    [
      'a payload that does not fit, with its pointers',
      {
        when: 'order.place: { by: buyer-1, seller: seller-1, total: none, category: 7 }',
        expected: '{ rejected: schema-invalid, pointer: [/total, /category] }',
      },
    ],
    [
      'a failed requirement by its name',
      {
        when: 'order.place: { by: buyer-1, seller: seller-1, total: 1000001, category: books }',
        expected: '{ rejected: requirement-failed, rule: affordable }',
      },
    ],
    ['a type the model does not have', { when: 'order.melt: { by: buyer-1 }', expected: '{ rejected: unknown-type }' }],
    [
      'optimistic concurrency',
      {
        given: [PLACE],
        when: 'order.cancel: { by: buyer-1, basedOn: 0, exact: true }',
        expected: '{ rejected: conflict }',
      },
    ],
    [
      'a pinned version',
      { when: 'order.place: { by: buyer-1, version: 9 }', expected: '{ rejected: unknown-version }' },
    ],
    [
      'a deadline',
      { given: [PLACE], when: 'wait: 30 days', expected: '{ state: cancelled, fires: order.lapse, sequence: 2 }' },
    ],
    ['no deadline yet', { given: [PLACE], when: 'wait: 29 days', expected: '{ state: placed, fires: [] }' }],
    [
      'a time kept, counted back from now',
      {
        given: [PLACE, SHIP, 'wait: 2 days', 'order.deliver: { by: carrier-1 }', 'wait: 3 days'],
        when: 'order.claim: { by: buyer-1 }',
        expected: '{ keeps: { arrived: -3 days } }',
      },
    ],
    [
      'two subjects beside each other',
      {
        given: [PLACE, 'order.place: { on: other, by: buyer-2, seller: seller-1, total: 1, category: books }'],
        when: 'wait: 30 days',
        expected: '{ on: other, state: cancelled, fires: [order.lapse, order.lapse] }',
      },
    ],
  ])('%s', (_name, scenario) => {
    expect(outcomeOf(scenario)).toMatchObject({ outcome: 'passed', mismatches: [] });
  });
});

describe('what came out otherwise', () => {
  it('says what was expected, what came, and where it was written', () => {
    const { outcome, mismatches } = outcomeOf({
      given: [PLACE],
      when: SHIP,
      expected: '{ rejected: conflict, state: placed }',
    });
    expect(outcome).toBe('failed');
    expect(mismatches).toEqual([
      { what: 'outcome', expected: 'rejected: conflict', got: 'accepted', line: 7, column: 13, length: 8 },
      { what: 'state', expected: 'placed', got: 'shipped', line: 7, column: 40, length: 6 },
    ]);
  });

  it.each<[string, Parameters<typeof run>[0], object]>([
    [
      'a refusal nobody expected',
      { when: SHIP, expected: '{ state: new }' },
      { what: 'outcome', expected: 'accepted', got: 'rejected: too-early' },
    ],
    [
      'an irregular verdict where a regular one was expected',
      {
        given: [PLACE, SHIP, 'order.deliver: { by: carrier-1 }'],
        when: 'order.deliver: { by: carrier-1 }',
        expected: 'accepted',
      },
      { what: 'outcome', got: 'irregular: undeclared' },
    ],
    [
      'another code beside the expected one',
      {
        when: 'order.ship: { by: seller-1 }',
        expected: '{ rejected: [schema-invalid, conflict] }',
      },
      { expected: 'rejected: conflict, schema-invalid', got: 'rejected: schema-invalid' },
    ],
    [
      'a given step that is refused',
      { given: [SHIP], when: PLACE, expected: 'accepted' },
      { what: 'given 1', got: 'rejected: too-early', line: 5 },
    ],
    [
      'another party',
      { when: PLACE, expected: '{ parties: { seller: seller-2 } }' },
      { what: 'parties.seller', got: 'seller-1' },
    ],
    [
      'a field that is not kept',
      { when: PLACE, expected: '{ keeps: { arrived: +0 days } }' },
      { what: 'keeps.arrived', got: null },
    ],
    [
      'another rule',
      {
        when: 'order.place: { by: buyer-1, total: 1, category: books }',
        expected: '{ rejected: schema-invalid, rule: affordable }',
      },
      { what: 'rule', got: null },
    ],
    [
      'a deadline that does not fire',
      { given: [PLACE], when: 'wait: 1 day', expected: '{ fires: order.lapse }' },
      { what: 'fires', got: [] },
    ],
    ['an outcome of waiting', { given: [PLACE], when: 'wait: 1 day', expected: 'accepted' }, { what: 'outcome' }],
    [
      'a state of one of several subjects',
      {
        given: [PLACE, 'order.place: { on: other, by: buyer-2, seller: seller-1, total: 1, category: books }'],
        when: 'wait: 1 day',
        expected: '{ state: placed }',
      },
      { what: 'on' },
    ],
  ])('%s', (_name, scenario, wanted) => {
    const { outcome, mismatches } = outcomeOf(scenario);
    expect(outcome).toBe('failed');
    expect(mismatches[0]).toMatchObject(wanted);
  });

  it('deadlines that follow each other for ever are stopped', () => {
    const clock = (from: string, to: string) => ({
      by: ['clock'],
      moves: [[from, to] as [string, string]],
      afterMs: 1000,
    });
    const blinker = smallModel(
      {
        lamp: {
          states: ['on', 'off'],
          decisions: {
            light: { by: ['owner'], moves: [['new', 'on']] },
            dim: clock('on', 'off'),
            flare: clock('off', 'on'),
          },
        },
      },
      { roles: ['owner'] },
    );
    const text = `- it: blinks\n  given: [lamp.light: { by: owner-1 }]\n  when: { wait: 1 day }\n  then: { state: on }\n`;
    expect(runScenarios(blinker, text, 'f').results[0]).toMatchObject({
      outcome: 'failed',
      mismatches: [{ what: 'when', expected: 'an end', line: 3 }],
    });
  });

  it('transfers are never passed in silence', () => {
    const report = run({ given: [PLACE], when: SHIP, expected: '{ state: shipped, transfers: { settle: 4200 } }' });
    expect(report).toMatchObject({ ok: true, passed: 0, failed: 0, unchecked: 1 });
    expect(report.results[0]).toMatchObject({
      outcome: 'unchecked',
      unchecked: [{ code: 'no-incentive-layer', what: 'transfers', line: 7 }],
    });
    expect(describeScenarios(report)).toEqual([
      '? works',
      '    shop.tests.yaml:7:29  no-incentive-layer  transfers are not checked yet: there is no incentive layer',
      '0 passed, 0 failed, 1 not fully checked',
    ]);
  });
});

describe('who takes part', () => {
  it('a name that begins with a role holds that role alone', () => {
    const report = outcomeOf({
      when: 'order.place: { by: carrier-1, seller: seller-1, total: 1, category: books }',
      expected: '{ rejected: not-allowed }',
    });
    expect(report.outcome).toBe('passed');
  });

  it('other names hold the roles they are shown in', () => {
    const given = ['order.place: { by: ann, seller: acme, total: 1, category: books }'];
    expect(outcomeOf({ given, when: 'order.ship: { by: acme, carrier: post }', expected: 'accepted' }).outcome).toBe(
      'passed',
    );
    expect(
      outcomeOf({ given, when: 'order.ship: { by: ann, carrier: post }', expected: '{ rejected: not-allowed }' })
        .outcome,
    ).toBe('passed');
  });

  it.each([
    ['unregistered', '{ rejected: unknown-party }'],
    ['buyer', '{ rejected: unknown-party }'],
    ['{ roles: seller, suspended: true }', '{ rejected: unknown-party }'],
    ['[buyer, seller]', 'accepted'],
  ])('participants: %s', (cast, expected) => {
    const head = `participants: { acme: ${cast} }`;
    const when = 'order.place: { by: buyer-1, seller: acme, total: 1, category: books }';
    expect(outcomeOf({ head, when, expected }).outcome).toBe('passed');
  });
});

describe('a file that cannot be read', () => {
  it.each<[string, string, { code: string; line: number; column: number; mend?: string }]>([
    ['is no YAML', '- it: [', { code: 'test-syntax', line: 1, column: 8 }],
    ['is no list', 'it: alone', { code: 'test-unknown-key', line: 1, column: 1 }],
    [
      'has a mistyped word',
      '- it: a\n  wen: { wait: 1 day }\n  then: accepted',
      { code: 'test-unknown-key', line: 2, column: 3, mend: 'did you mean `when`?' },
    ],
    ['lacks then', '- it: a\n  when: { wait: 1 day }', { code: 'test-missing', line: 1, column: 3 }],
    [
      'names no such type',
      '- it: a\n  when: { order.shp: { by: seller-1 } }\n  then: accepted',
      { code: 'test-unknown-type', line: 2, column: 11, mend: 'did you mean `order.ship`?' },
    ],
    [
      'decides for the clock',
      '- it: a\n  when: { order.lapse: { by: seller-1 } }\n  then: accepted',
      { code: 'test-value', line: 2, column: 11 },
    ],
    [
      'does not say who',
      '- it: a\n  when: { order.cancel: {} }\n  then: accepted',
      { code: 'test-missing', line: 2, column: 11 },
    ],
    [
      'waits for nothing known',
      '- it: a\n  when: { wait: 4 moons }\n  then: { state: placed }',
      { code: 'test-value', line: 2, column: 17 },
    ],
    [
      'does two things at once',
      '- it: a\n  when: { wait: 1 day, order.cancel: { by: buyer-1 } }\n  then: accepted',
      { code: 'test-shape', line: 2, column: 24 },
    ],
    [
      'expects a state there is not',
      '- it: a\n  when: { wait: 1 day }\n  then: { state: shiped }',
      { code: 'test-unknown-state', line: 3, column: 18, mend: 'did you mean `shipped`?' },
    ],
    [
      'expects a code there is not',
      '- it: a\n  when: { order.cancel: { by: buyer-1 } }\n  then: { rejected: conflikt }',
      { code: 'test-unknown-code', line: 3, column: 21, mend: 'did you mean `conflict`?' },
    ],
    [
      'expects a rule there is not',
      '- it: a\n  when: { order.place: { by: buyer-1 } }\n  then: { rule: afordable }',
      { code: 'test-unknown-rule', line: 3, column: 17 },
    ],
    [
      'expects a field that is not kept',
      '- it: a\n  when: { order.place: { by: buyer-1 } }\n  then: { keeps: { totl: 1 } }',
      { code: 'test-unknown-field', line: 3, column: 20 },
    ],
    [
      'expects two outcomes',
      '- it: a\n  when: { order.cancel: { by: b } }\n  then: { accepted: true, rejected: conflict }',
      { code: 'test-value', line: 3, column: 27 },
    ],
    ['expects nothing', '- it: a\n  when: { wait: 1 day }\n  then: {}', { code: 'test-missing', line: 3, column: 9 }],
    [
      'has a role there is not',
      'participants: { x: sellr }\ncases: []',
      { code: 'test-unknown-role', line: 1, column: 20, mend: 'did you mean `seller`?' },
    ],
    [
      'has a policy there is not',
      'policies: { fee: {} }\ncases: []',
      { code: 'test-unknown-policy', line: 1, column: 13 },
    ],
    ['starts at no time', 'starts: soon\ncases: []', { code: 'test-value', line: 1, column: 9 }],
  ])('%s', (_name, text, expected) => {
    const report = runScenarios(model, text, 'shop.tests.yaml');
    expect(report.problems[0]).toMatchObject({ file: 'shop.tests.yaml', severity: 'error', ...expected });
    expect(report.ok).toBe(false);
  });

  it('runs the other cases all the same', () => {
    const text = `- it: broken\n- it: whole\n  when: { ${PLACE} }\n  then: accepted\n`;
    const report = runScenarios(model, text, 'shop.tests.yaml');
    expect(report).toMatchObject({ ok: false, passed: 1, failed: 0 });
    expect(describeScenarios(report).slice(-2)).toEqual([
      '✓ whole',
      '1 passed, 0 failed, 0 not fully checked, 2 problems in the file',
    ]);
  });

  it('follows aliases, so that what is given need not be repeated', () => {
    const text = `- it: one\n  given: &placed\n    - ${PLACE}\n  when: { ${SHIP} }\n  then: accepted
- it: two\n  given: *placed\n  when: { order.cancel: { by: buyer-1 } }\n  then: &fine { state: cancelled }\n`;
    expect(runScenarios(model, text, 'f')).toMatchObject({ ok: true, passed: 2 });
  });

  it.each([
    ['inside its own anchor', '- it: one\n  when: { order.cancel: &a { by: buyer-1, x: *a } }\n  then: accepted'],
    [
      'of aliases of aliases',
      `- it: one\n  when: { order.cancel: { by: b, a: &a [1,1,1,1,1,1,1,1,1,1], ${[...'bcdefg']
        .map((name, index) => `${name}: &${name} [${`*${'abcdef'[index]},`.repeat(10)}]`)
        .join(', ')} } }\n  then: accepted`,
    ],
  ])('stops at an alias %s', (_name, text) => {
    expect(runScenarios(model, text, 'f').problems[0]).toMatchObject({ code: 'test-syntax', line: 2 });
  });

  it('refuses two cases of one name', () => {
    const one = `- it: same\n  when: { ${PLACE} }\n  then: accepted\n`;
    expect(runScenarios(model, one + one, 'f').problems).toMatchObject([{ code: 'test-value', line: 4 }]);
  });
});
