import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  admit,
  compareWithEarlier,
  type DecisionEvent,
  evolve,
  idWindowSince,
  judge,
  type Participant,
  type Regime,
  type SubjectState,
  type Trust,
  wireVerdict,
} from '@tutti/contracts';
import { type JsonObject, parseTime } from '@tutti/kernel';
import { type CompiledModel, compileModel, parseModel, planPublication } from '@tutti/model';
import { type LogRecord, readInput } from '@tutti/runtime';
import { root } from '../docs/project.ts';

/** What a file of records says of the space its records come in. */
export interface KitSpace {
  space: string;
  /** Path of the model from the root; `mode` replaces that of its subject. */
  model: string;
  mode: 'enforce' | 'observe';
  trust: Trust;
  partitions: number;
  epoch: number;
  participants: Record<string, { roles: string[]; suspended?: boolean; keys?: Record<string, string> }>;
}

/** A record of the intake topic. */
export interface KitRecord {
  key: string | null;
  partition: number;
  offset: number;
  /** The broker's time of appending, RFC 3339. */
  at: string;
  headers: Record<string, string>;
  /** Text in UTF-8; bytes that are none as `{ base64 }`; `null`: there is no value. */
  value: string | { base64: string } | null;
}

/** What a record is answered with: the value of a record of the topic of verdicts, or that there is none. */
export type KitAnswer = { verdict: JsonObject } | { duplicateOf: { partition: number; revision: number } };

/** Judges records in order, as the owners of the partitions do, every subject from its beginning. */
export class KitBackbone {
  readonly #space: KitSpace;
  readonly #regime: Regime;
  readonly #subjects = new Map<string, SubjectState>();
  readonly #events = new Map<string, DecisionEvent>();
  readonly #revisions = new Map<number, number>();

  constructor(space: KitSpace) {
    this.#space = space;
    this.#regime = regimeOf(space, compiled(space));
  }

  /** The answer to the next record. */
  answer(record: KitRecord): KitAnswer {
    const { partition } = record;
    const rules = {
      topic: `${this.#space.space}.decisions`,
      partition,
      partitions: this.#space.partitions,
      gatewaySecret: undefined,
    };
    const { input, subject: owned } = readInput(logRecord(record), rules);
    const regime = this.#regime;
    const before = owned === '' ? undefined : this.#subjects.get(owned);
    const admission = admit(input, regime);
    let earlier: { revision: number } | undefined;
    if (admission.length === 0 && before !== undefined) {
      const { source, id } = input.event.attributes;
      for (const revision of before.log.find(source ?? '', id ?? '', idWindowSince(input, before, regime))) {
        const relation = compareWithEarlier(input.event, this.#events.get(`${partition}-${revision}`)!);
        if (relation === 'same') return { duplicateOf: { partition, revision } };
        if (relation === 'conflict') earlier ??= { revision };
      }
    }
    const verdict = judge(input, before, regime, earlier, admission);
    const revision = (this.#revisions.get(partition) ?? 0) + 1;
    this.#revisions.set(partition, revision);
    this.#events.set(`${partition}-${revision}`, input.event);
    if (owned === '') verdict.subject = undefined;
    else this.#subjects.set(owned, evolve(before, verdict, revision, regime.models));
    const wire = wireVerdict(verdict, input.event.encoded, partition, revision, input.event);
    const { position: _, partition: __, ...value } = wire;
    return { verdict: JSON.parse(JSON.stringify(value)) as JsonObject };
  }
}

function compiled({ model, mode }: KitSpace): CompiledModel {
  const text = readFileSync(join(root, model), 'utf8');
  const read = mode === 'enforce' ? text : text.replace(/^ {2}order:.*$/m, '$&\n    mode: observe');
  const { definition, problems } = parseModel(read, model);
  if (definition === undefined) throw new Error(problems.map(({ message }) => message).join('\n'));
  return compileModel(definition);
}

function regimeOf(space: KitSpace, model: CompiledModel): Regime {
  const { contracts, policies } = planPublication(undefined, model.definition);
  const participants = new Map<string, Participant>();
  for (const [id, { roles, suspended = false, keys = {} }] of Object.entries(space.participants)) {
    participants.set(id, { id, roles, suspended, keys });
  }
  const defaults = Object.entries(model.definition.policies).map(([name, { parameters }]) => {
    const values = Object.entries(parameters).map(([parameter, { default: value }]): [string, number] => [
      parameter,
      value,
    ]);
    return [name, new Map([[1, Object.fromEntries(values)]])] as const;
  });
  return {
    epoch: space.epoch,
    atMs: 0,
    controlRevision: 1,
    space: space.space,
    partitions: space.partitions,
    trust: space.trust,
    model: 1,
    models: new Map([[1, { revision: 1, compiled: model, contracts, policies }]]),
    participants,
    policies: new Map(defaults),
    contract: (type, version) => (contracts[type] === version ? model.decisions.get(type) : undefined),
    standing: () => ({ score: 1000, tier: 'good', attributes: { visibility: 10_000 } }),
  };
}

function logRecord({ key, at, headers, offset, value }: KitRecord): LogRecord {
  return {
    key: key === null ? null : Buffer.from(key),
    value: value === null ? null : typeof value === 'string' ? Buffer.from(value) : Buffer.from(value.base64, 'base64'),
    headers: Object.fromEntries(Object.entries(headers).map(([name, text]) => [name, Buffer.from(text)])),
    timestampMs: parseTime(at)!,
    offset,
  };
}

/** Codes of an answer, in order. */
export function codesOf(answer: KitAnswer): string[] {
  if ('duplicateOf' in answer) return [];
  const { reasons, irregular } = answer.verdict as { reasons?: { code: string }[]; irregular?: { code: string }[] };
  return (reasons ?? irregular ?? []).map(({ code }) => code);
}
