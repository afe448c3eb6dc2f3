import type { CompiledModel } from '@tutti/model';
import type { SubjectState } from '../subject.js';
import type { Verdict } from '../verdict.js';
import { checkExpectation, outcomeOf, shown } from './check-expectation.js';
import { readScenarios } from './read-scenarios.js';
import type { Mismatch, ScenarioReport, ScenarioResult, Unchecked } from './report.js';
import type { Case, ScenarioFile, Step } from './scenario.js';
import { FIRED_MAX, World } from './world.js';

/**
 * Runs a tests file (SURFACE §1.5) on a model: every case in a world of its own, through the same pure functions that
 * judge real decisions, with a clock that only `wait` moves. Deterministic; reads and writes nothing.
 *
 * @param text the tests file, YAML
 * @param file its name, for problems
 */
export function runScenarios(model: CompiledModel, text: string, file: string): ScenarioReport {
  const { scenarios, problems } = readScenarios(model, text, file);
  const results = scenarios.cases.map((one) => runCase(model, scenarios, one));
  const count = (outcome: ScenarioResult['outcome']) => results.filter((result) => result.outcome === outcome).length;
  const failed = count('failed');
  return {
    file,
    problems,
    results,
    passed: count('passed'),
    failed,
    unchecked: count('unchecked'),
    ok: failed === 0 && problems.length === 0,
  };
}

function runCase(model: CompiledModel, scenarios: ScenarioFile, one: Case): ScenarioResult {
  const world = new World(model, scenarios, one);
  const unchecked = one.expected.unchecked.map(({ what, at }): Unchecked => ({
    code: 'no-incentive-layer',
    what,
    message: `${what} are not checked yet: there is no incentive layer`,
    ...at,
  }));
  const result = (mismatches: Mismatch[]): ScenarioResult => {
    const outcome = mismatches.length > 0 ? 'failed' : unchecked.length > 0 ? 'unchecked' : 'passed';
    return { it: one.it, ...one.at, outcome, mismatches, unchecked };
  };
  for (const [index, step] of one.given.entries()) {
    const { verdict, fired } = take(world, step);
    if (verdict !== undefined && !verdict.accepted) return result([refusedGiven(index, step, verdict)]);
    if (fired.length >= FIRED_MAX) return result([endless(`given ${index + 1}`, step)]);
  }
  const { verdict, fired } = take(world, one.when);
  if (fired.length >= FIRED_MAX) return result([endless('when', one.when)]);
  const subject = subjectAsked(world, one);
  return result(checkExpectation(model, one.expected, { verdict, fired, subject, nowMs: world.nowMs }));
}

function take(world: World, step: Step): { verdict: Verdict | undefined; fired: Verdict[] } {
  switch (step.kind) {
    case 'wait':
      return { verdict: undefined, fired: world.wait(step.waitMs) };
    case 'decision':
      return { verdict: world.decide(step), fired: [] };
    default:
      return step satisfies never;
  }
}

function endless(what: string, { at }: Step): Mismatch {
  return { what, expected: 'an end', got: `${FIRED_MAX} deadlines and more`, ...at };
}

function refusedGiven(index: number, step: Step, verdict: Verdict): Mismatch {
  const detail = verdict.reasons?.[0]?.detail;
  return {
    what: `given ${index + 1}`,
    expected: 'accepted',
    got: shown(outcomeOf(verdict)),
    ...step.at,
    ...(detail === undefined ? {} : { detail }),
  };
}

/** The subject `then` is about: the one it names, that of the decision, or the only one there is. */
function subjectAsked(world: World, { when, expected }: Case): SubjectState | undefined {
  if (expected.on !== undefined) return world.subjects.get(expected.on);
  if (when.kind === 'decision') return world.subjects.get(world.subjectOf(when));
  return world.subjects.size === 1 ? [...world.subjects.values()][0] : undefined;
}
