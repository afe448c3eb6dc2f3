import { readFileSync } from 'node:fs';
import { canonicalJson } from '@tutti/kernel';
import { describeScenarios, runScenarios } from '@tutti/contracts';
import { compileClass, compileModel, parseModel } from '@tutti/model';
import { describe, expect, it } from 'vitest';
import { PlaceOrder } from './classes/place-order.js';
import woven from './classes/tutti.model.js';

const read = (name: string) => readFileSync(new URL(name, import.meta.url), 'utf8');
const { definition, problems } = parseModel(read('marketplace.tutti.yaml'), 'marketplace.tutti.yaml');

describe('the marketplace', () => {
  it('is a model without problems', () => {
    expect(problems.filter(({ severity }) => severity === 'error')).toEqual([]);
  });

  it('gives the same bytes from YAML and from the class', () => {
    const { subject, verb, definition: ofClass } = compileClass(PlaceOrder);
    expect(`${subject}.${verb}`).toBe('order.place');
    expect(canonicalJson(ofClass)).toBe(canonicalJson(definition!.interaction['order']!.decisions['place']));
    expect(canonicalJson(woven.definition)).toBe(canonicalJson(definition));
  });

  const report = runScenarios(compileModel(definition!), read('marketplace.tests.yaml'), 'marketplace.tests.yaml');

  it('means what its tests say', () => {
    expect(report.problems).toEqual([]);
    expect(report.failed, describeScenarios(report).join('\n')).toBe(0);
    expect(report.passed).toBeGreaterThan(50);
  });

  it('has a case accepted and a case refused for every decision, one for every requirement and every deadline', () => {
    const text = read('marketplace.tests.yaml');
    for (const [verb, { clock, requires }] of Object.entries(definition!.interaction['order']!.decisions)) {
      if (clock) {
        expect(text).toMatch(new RegExp(`fires: \\[?[^\\]]*order\\.${verb}`));
        continue;
      }
      const cases = text.split('- it: ').filter((one) => new RegExp(`when:\\s*(\\{ )?order\\.${verb}:`).test(one));
      expect(
        cases.some((one) => /then:\s*(\{ )?accepted/.test(one)),
        `${verb} accepted`,
      ).toBe(true);
      expect(
        cases.some((one) => /then: \{ rejected/.test(one)),
        `${verb} refused`,
      ).toBe(true);
      for (const { name } of requires)
        expect(
          cases.some((one) => one.includes(name)),
          name,
        ).toBe(true);
    }
    for (const code of ['conflict', 'too-early', 'undeclared', 'unknown-type', 'not-allowed', 'unknown-party']) {
      expect(text).toContain(`rejected: ${code}`);
    }
  });
});
