import { Buffer } from 'node:buffer';
import { formatTime } from '@tutti/kernel';
import { planPublication, type CompiledModel, type Standing } from '@tutti/model';
import { readEvent } from '../codec/read-event.js';
import { fireDeadline } from '../judging/fire-deadline.js';
import { judge } from '../judging/judge.js';
import type { Regime } from '../regime.js';
import type { SubjectState } from '../subject.js';
import { evolve, newSubject } from '../subject/evolve.js';
import type { Verdict } from '../verdict.js';
import { companyOf, type Company } from './cast.js';
import { dataAt } from './relative-time.js';
import type { Case, ScenarioFile, Setting, Step } from './scenario.js';

/** More deadlines than this in one wait go on for ever. */
export const FIRED_MAX = 10_000;

/** The world of one case: its participants, a clock that only waiting moves, and the subjects decided on. */
export class World {
  readonly subjects = new Map<string, SubjectState>();
  nowMs: number;
  private readonly regime: Regime;
  private revision = 0;

  constructor(
    private readonly model: CompiledModel,
    file: ScenarioFile,
    one: Case,
  ) {
    this.nowMs = file.startsMs;
    this.regime = regimeOf(model, companyOf(model, file, one), merged(model, file, one), file.startsMs);
  }

  /** Subject a decision of this type is about where the step names none. */
  subjectOf(step: Extract<Step, { kind: 'decision' }>): string {
    return step.on ?? `${this.model.subjectOfType(step.type)?.name ?? 'subject'}-1`;
  }

  /** Judges a decision made now. */
  decide(step: Extract<Step, { kind: 'decision' }>): Verdict {
    const id = this.subjectOf(step);
    const schema = this.model.decisions.get(step.type)?.definition.schema;
    const event = {
      specversion: '1.0',
      id: `step-${this.revision + 1}`,
      source: `/participants/${step.by}`,
      type: step.type,
      subject: id,
      time: formatTime(this.nowMs),
      ...(step.basedOn === undefined ? {} : { basedon: step.basedOn }),
      ...(step.exact ? { exact: true } : {}),
      ...(step.version === undefined ? {} : { dataschema: `tutti:${step.type}/${step.version}` }),
      data: dataAt(step.data, schema, this.nowMs),
    };
    const read = readEvent({ mode: 'structured', bytes: Buffer.from(JSON.stringify(event)) });
    const input = { event: read, authentication: { how: 'none' }, road: { via: 'http' }, atMs: this.nowMs } as const;
    return this.record(id, judge(input, this.subjects.get(id), this.regime));
  }

  /** Lets time pass; deadlines fire when they are due, in the order of deadline and subject, {@link FIRED_MAX} at most. */
  wait(waitMs: number): Verdict[] {
    const untilMs = this.nowMs + waitMs;
    const fired: Verdict[] = [];
    for (let subject = this.nextDue(untilMs); subject !== undefined; subject = this.nextDue(untilMs)) {
      if (fired.length >= FIRED_MAX) break;
      const { verdict } = fireDeadline(subject, this.regime, subject.due!.atMs);
      fired.push(this.record(subject.id, verdict));
    }
    this.nowMs = untilMs;
    return fired;
  }

  private nextDue(untilMs: number): SubjectState | undefined {
    const due = [...this.subjects.values()].filter(
      (subject) => subject.due !== undefined && subject.due.atMs <= untilMs,
    );
    return due.toSorted((left, right) => left.due!.atMs - right.due!.atMs || (left.id < right.id ? -1 : 1))[0];
  }

  private record(id: string, verdict: Verdict): Verdict {
    const before = this.subjects.get(id) ?? newSubject(id);
    this.revision++;
    if (verdict.subject !== undefined)
      this.subjects.set(id, evolve(before, verdict, this.revision, this.regime.models));
    return verdict;
  }
}

function regimeOf(model: CompiledModel, company: Company, policies: Setting['policies'], atMs: number): Regime {
  const plan = planPublication(undefined, model.definition);
  const revision = { revision: 1, compiled: model, contracts: plan.contracts, policies: plan.policies };
  const tiers = new Map([...company.tiers].map(([id, tier]) => [id, standingOf(model, tier)]));
  const top: Standing = Object.values(model.topStandings)[0] ?? { score: 1000, tier: 'none', attributes: {} };
  return {
    epoch: 1,
    atMs,
    controlRevision: 1,
    space: model.definition.model,
    partitions: 1,
    trust: 'network',
    model: 1,
    models: new Map([[1, revision]]),
    participants: company.participants,
    policies: new Map(Object.entries(policies).map(([name, parameters]) => [name, new Map([[1, parameters]])])),
    contract: (type, version) => (plan.contracts[type] === version ? model.decisions.get(type) : undefined),
    standing: (id) => {
      const roles = company.participants.get(id)?.roles ?? [];
      const role = roles.find((each) => Object.hasOwn(model.topStandings, each));
      return tiers.get(id) ?? (role === undefined ? top : model.topStandings[role]!);
    },
  };
}

/** The standing of somebody who has just reached a tier. */
function standingOf(model: CompiledModel, name: string): Standing {
  for (const { tiers } of Object.values(model.definition.incentive?.standings ?? {})) {
    const tier = tiers.find((each) => each.name === name);
    if (tier !== undefined) return { score: tier.from, tier: name, attributes: tier.attributes };
  }
  return { score: 0, tier: name, attributes: {} };
}

/** Policy values of a case: its own before the file's, the model's defaults for the rest. */
function merged(model: CompiledModel, file: ScenarioFile, one: Case): Setting['policies'] {
  return Object.fromEntries(
    Object.entries(model.policyDefaults).map(([name, defaults]) => [
      name,
      { ...defaults, ...file.policies[name], ...one.policies[name] },
    ]),
  );
}
