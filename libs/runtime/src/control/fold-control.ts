import type { CompiledModel, ModelDefinition } from '@tutti/model';
import { parseTime, TuttiError } from '@tutti/kernel';
import type { Participant } from '@tutti/contracts';
import type { ControlRecord, ModelPublished } from './control-record.js';
import type { ControlState } from './control-state.js';

/** Compiles a definition; the same definition gives the same model, so results may be kept. */
export type Compile = (definition: ModelDefinition) => CompiledModel;

/** A record of `control` in its place. */
export interface Placed {
  revision: number;
  record: ControlRecord;
}

/**
 * Folds records of `control` into its state: pure, the state given is not changed.
 *
 * @throws TuttiError `journal-version` a kind of record that this release does not know
 */
export function foldControl(state: ControlState, records: Iterable<Placed>, compile: Compile): ControlState {
  const draft = new Draft(state);
  for (const { revision, record } of records) {
    apply(draft, record, compile, revision);
    draft.state.revision = revision;
  }
  return draft.state;
}

type MapName = 'models' | 'policies' | 'participants' | 'keysEver' | 'tokens';

/** Copies the maps that are changed, each once. */
class Draft {
  readonly state: { -readonly [K in keyof ControlState]: ControlState[K] };
  private readonly own = new Set<MapName>();

  constructor(state: ControlState) {
    this.state = { ...state };
  }

  map<N extends MapName>(name: N): ControlState[N] extends ReadonlyMap<infer K, infer V> ? Map<K, V> : never {
    if (!this.own.has(name)) {
      this.own.add(name);
      Object.assign(this.state, { [name]: new Map(this.state[name] as ReadonlyMap<unknown, unknown>) });
    }
    return this.state[name] as never;
  }

  change(id: string, part: Partial<Participant>): void {
    const before = this.state.participants.get(id) ?? { id, roles: [], suspended: false, keys: {} };
    this.map('participants').set(id, { ...before, ...part });
  }
}

function apply(draft: Draft, record: ControlRecord, compile: Compile, revision: number): void {
  const { state } = draft;
  switch (record.kind) {
    case 'SpaceCreated':
      state.space = record.space;
      state.partitions = record.partitions;
      state.trust = record.trust;
      state.formats = record.formats;
      return;
    case 'ModelPublished':
      publish(draft, record, compile);
      return;
    case 'ParticipantAdded':
    case 'RolesSet':
      draft.change(record.participant, { roles: record.roles });
      return;
    case 'ParticipantSuspended':
      draft.change(record.participant, { suspended: true });
      return;
    case 'ParticipantResumed':
      draft.change(record.participant, { suspended: false });
      return;
    case 'KeyAdded': {
      const { participant, kid, publicKey } = record;
      draft.change(participant, { keys: { ...state.participants.get(participant)?.keys, [kid]: publicKey } });
      draft.map('keysEver').set(participant, (state.keysEver.get(participant) ?? 0) + 1);
      return;
    }
    case 'KeyRetired': {
      const { [record.kid]: _retired, ...keys } = state.participants.get(record.participant)?.keys ?? {};
      draft.change(record.participant, { keys });
      return;
    }
    case 'TokenIssued':
      draft.map('tokens').set(record.tokenHash, { participant: record.participant, scopes: record.scopes });
      return;
    case 'TokenRevoked':
      draft.map('tokens').delete(record.tokenHash);
      return;
    case 'EpochOpened':
      state.epoch = record.epoch;
      state.epochAtMs = timeOf(record.at);
      state.epochRevision = revision;
      return;
    default:
      throw unknownKind(record, revision);
  }
}

function publish(draft: Draft, record: ModelPublished, compile: Compile): void {
  const { revision, hash, contracts, policies, by, because } = record;
  const compiled = compile(record.definition);
  draft
    .map('models')
    .set(revision, { revision, compiled, contracts, policies, hash, by, because, atMs: timeOf(record.at) });
  draft.state.model = revision;
  for (const [name, parameters] of Object.entries(compiled.policyDefaults)) {
    const number = policies[name];
    const before = draft.state.policies.get(name);
    if (number === undefined || before?.has(number) === true) continue;
    draft.map('policies').set(name, new Map([...(before ?? []), [number, parameters]]));
  }
}

function timeOf(at: string): number {
  return parseTime(at) ?? 0;
}

function unknownKind(record: never, revision: number): TuttiError {
  const { kind } = record as { kind: string };
  return new TuttiError(
    'journal-version',
    `control holds a record of kind ${JSON.stringify(kind)}, unknown to this release`,
    {
      where: `control@${revision}`,
      mend: 'Run the release that wrote it, or a later one.',
      facts: { stream: 'control', revision, kind },
    },
  );
}
