import { describe, expect, it } from 'vitest';
import { TuttiError } from '@tutti/kernel';
import { shopModel } from '../fixture/shop-model.js';
import { MemoryJournal, MemoryStreams } from '../journal/memory-journal.js';
import type { ControlRecord } from './control-record.js';
import { NOTHING, type ControlState } from './control-state.js';
import { ControlStream } from './control-stream.js';
import { decideControl } from './decide-control.js';
import { foldControl } from './fold-control.js';
import { ModelCache } from './model-cache.js';
import type { OperatorAct } from './operator-act.js';

const why = { by: 'ops-1', because: 'spec' };
const at = '2026-03-02T10:00:00.000Z';
const AT_MS = Date.parse(at);
const { compile } = new ModelCache();

const created: ControlRecord = {
  kind: 'SpaceCreated',
  space: 'shop',
  partitions: 4,
  hash: 'murmur2',
  trust: 'network',
  formats: { journal: 1, control: 1 },
  at,
};

function fold(state: ControlState, ...records: ControlRecord[]): ControlState {
  return foldControl(
    state,
    records.map((record, n) => ({ revision: state.revision + 2 * (n + 1), record })),
    compile,
  );
}

/** Control after acts that all succeed. */
function after(...acts: OperatorAct[]): ControlState {
  let state = fold(NOTHING, created);
  for (const act of [publish(), ...acts]) {
    const record = decideControl(act, state, AT_MS, compile);
    if (record === undefined || record instanceof TuttiError) throw new Error(String(record));
    state = fold(state, record);
  }
  return state;
}

function publish(change?: Parameters<typeof shopModel>[0], breaking = false): OperatorAct {
  return { act: 'publish-model', definition: shopModel(change), breaking, ...why };
}

const add: OperatorAct = { act: 'add-participant', participant: 'b-1', roles: ['buyer'], ...why };
const PUBLIC_KEY = Buffer.alloc(32, 1).toString('base64url');
const TOKEN = 'ab'.repeat(32);

describe('an act that is refused', () => {
  const cases: [string, OperatorAct[], OperatorAct, string][] = [
    ['a participant twice, with other roles', [add], { ...add, roles: ['seller'] } as OperatorAct, 'malformed'],
    ['an id with a slash', [], { ...add, participant: 'a/b' } as OperatorAct, 'malformed'],
    ['an id with a space', [], { ...add, participant: 'a b' } as OperatorAct, 'malformed'],
    ['a role the model does not know', [], { ...add, roles: ['pilot'] } as OperatorAct, 'malformed'],
    ['roles of nobody', [], { act: 'set-roles', participant: 'b-1', roles: [], ...why }, 'not-found'],
    ['suspending nobody', [], { act: 'suspend-participant', participant: 'x', suspended: true, ...why }, 'not-found'],
    ['a key of nobody', [], { act: 'add-key', participant: 'x', publicKey: PUBLIC_KEY, ...why }, 'not-found'],
    ['a short key', [add], { act: 'add-key', participant: 'b-1', publicKey: 'AAAA', ...why }, 'malformed'],
    ['retiring no key', [add], { act: 'retire-key', participant: 'b-1', kid: 'b-1#1', ...why }, 'not-found'],
    [
      'a token that is no hash',
      [],
      { act: 'issue-token', participant: 'b-1', scopes: ['operator'], tokenHash: 'x', ...why },
      'malformed',
    ],
    [
      'a token for nothing',
      [],
      { act: 'issue-token', participant: 'b-1', scopes: [], tokenHash: TOKEN, ...why },
      'malformed',
    ],
    ['revoking no token', [], { act: 'revoke-token', tokenHash: TOKEN, ...why }, 'not-found'],
  ];
  it.each(cases)('%s', (_, before, act, code) => {
    const decided = decideControl(act, after(...before), AT_MS, compile);
    expect(decided).toBeInstanceOf(TuttiError);
    expect(decided).toMatchObject({ code, retryable: false });
  });
});

describe('an act that changes nothing gives no record', () => {
  const key: OperatorAct = { act: 'add-key', participant: 'b-1', publicKey: PUBLIC_KEY, ...why };
  const token: OperatorAct = { act: 'issue-token', participant: 'b-1', scopes: ['operator'], tokenHash: TOKEN, ...why };
  const cases: [string, OperatorAct[], OperatorAct][] = [
    ['the same model', [], publish()],
    ['the same participant', [add], add],
    ['the same roles', [add], { act: 'set-roles', participant: 'b-1', roles: ['buyer'], ...why }],
    ['not suspended', [add], { act: 'suspend-participant', participant: 'b-1', suspended: false, ...why }],
    ['the same key', [add, key], key],
    ['the same token', [token], token],
  ];
  it.each(cases)('%s', (_, before, act) => {
    expect(decideControl(act, after(...before), AT_MS, compile)).toBeUndefined();
  });
});

describe('folding control', () => {
  it('numbers models, contracts and policies', () => {
    const state = after(
      publish((definition) => {
        definition.policies['fees'] = {
          applies: 'new',
          parameters: { late: { type: 'integer', default: 5, minimum: 0, maximum: 9 } },
        };
        definition.interaction['order']!.decisions['note']!.schema['properties'] = {
          text: { type: ['string', 'null'] },
        };
      }, true),
    );
    expect(state.model).toBe(2);
    expect(state.models.get(1)?.contracts['order.note']).toBe(1);
    expect(state.models.get(2)?.contracts).toMatchObject({ 'order.note': 2, 'order.place': 1 });
    expect(state.models.get(2)?.policies).toEqual({ fees: 1 });
    expect(state.policies.get('fees')?.get(1)).toEqual({ late: 5 });
  });

  it('does not change the state it is given', () => {
    const before = after();
    const next = fold(before, decideControl(add, before, AT_MS, compile) as ControlRecord);
    expect(before.participants.size).toBe(0);
    expect(next.participants.get('b-1')).toEqual({ id: 'b-1', roles: ['buyer'], suspended: false, keys: {} });
  });

  it('ends at a record it does not know', () => {
    const strange = { kind: 'MoonRisen' } as unknown as ControlRecord;
    expect(() => fold(NOTHING, created, strange)).toThrow(expect.objectContaining({ code: 'journal-version' }));
  });
});

describe('the stream', () => {
  it('has two writers whose acts are decided one after the other, none lost', async () => {
    const streams = new MemoryStreams();
    const [one, other] = await Promise.all(
      [1, 2].map(() => ControlStream.open(new MemoryJournal(streams), compile, 0)),
    );
    await one!.append(() => created);
    const added = (writer: ControlStream, n: number) =>
      writer.append((state) => ({
        kind: 'ParticipantAdded',
        participant: `p-${state.participants.size}-${n}`,
        roles: [],
        at,
        ...why,
      }));
    const done = await Promise.all(Array.from({ length: 20 }, (_, n) => added(n % 2 === 0 ? one! : other!, n)));
    expect(new Set(done.map((each) => each!.revision)).size).toBe(20);
    await Promise.all([one!.catchUp(), other!.catchUp()]);
    expect(one!.state.participants).toEqual(other!.state.participants);
    // Each was decided on control as it was right before it.
    const counts = [...one!.state.participants.keys()].map((id) => Number(id.split('-')[1]));
    expect(counts).toEqual(Array.from({ length: 20 }, (_, n) => n));
    const blocks = streams.blocks.get('control')!;
    expect(blocks.every(({ count }) => count === 2)).toBe(true);
  });
});
