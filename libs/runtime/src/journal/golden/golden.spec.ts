import { parseVerdictLine, readEvent, verdictLine, type DecisionEvent, type Verdict } from '@tutti/contracts';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { EpochOpened, SpaceCreated } from '../../control/control-record.js';
import { barrierLine, readBarrier } from '../../partition/barrier-record.js';
import { makeBlock, readBlock } from '../block.js';
import { packBytes } from '../pack.js';
import { recordKind } from '../record.js';

const AT_MS = Date.parse('2026-03-02T10:15:04.120Z');

/**
 * The golden files fix the journal's bytes, from the first release on: `NAME.jsonl` holds a block's uncompressed lines,
 * `golden.json` where it stands and its id. They never change; another format is another version with files of its own.
 */
interface Golden {
  name: string;
  stream: string;
  first: number;
  term: number;
  next: number | null;
  id: string;
  codec: 'json' | 'zstd';
}

const FOLDER = import.meta.dirname;
const GOLDEN = JSON.parse(readFileSync(join(FOLDER, 'golden.json'), 'utf8')) as Golden[];

describe.each(GOLDEN)('the golden block $name', ({ name, stream, first, term, next, id, codec }) => {
  const fixed = readFileSync(join(FOLDER, `${name}.jsonl`));

  it('is what this release writes', () => {
    const block = makeBlock({ stream, first, term, next, atMs: AT_MS, engine: '1', lines: goldenLines(name) });
    expect(Buffer.from(block.bytes).toString()).toBe(fixed.toString());
    expect(fixed.equals(block.bytes)).toBe(true);
    expect(block.id).toBe(id);
    expect(packBytes(block.bytes).codec).toBe(codec);
  });

  it('is what this release reads', () => {
    const count = fixed.toString().split('\n').length - 1;
    const { header, records } = readBlock(stream, { first, count, term, id, bytes: fixed });
    expect(header).toEqual({ kind: 'block', v: 1, term, next, at: '2026-03-02T10:15:04.120Z', engine: '1', count });
    for (const record of records.slice(1)) {
      const kind = recordKind(stream, record);
      if (kind === 'verdict') expect(reencoded(record.line)).toBe(record.line.toString());
      if (kind === 'barrier') expect(barrierLine(readBarrier(stream, record))).toBe(record.line.toString());
    }
  });
});

describe('docs/reference/journal.md', () => {
  const page = readFileSync(join(FOLDER, '../../../../../docs/reference/journal.md'), 'utf8');

  it.each(GOLDEN)('shows the golden block $name as it is', ({ name, stream, first, term, id, codec }) => {
    expect(page).toContain(`stream \`${stream}\`, first ${first}, term ${term}, id \`${id}\``);
    if (codec === 'zstd') return;
    const lines = readFileSync(join(FOLDER, `${name}.jsonl`), 'utf8');
    expect(page).toContain(`Golden block \`${name}\`: stream \`${stream}\``);
    expect(page).toContain(`\n\`\`\`jsonl\n${lines}\`\`\`\n`);
  });

  it('shows no other blocks', () => {
    expect(page.match(/^Golden block /gm)).toHaveLength(GOLDEN.filter(({ codec }) => codec === 'json').length);
  });
});

function reencoded(line: Buffer): string {
  const { verdict, encoded } = parseVerdictLine(line);
  return verdictLine(verdict, encoded);
}

/** The lines after the header of each golden block, as this release's own functions make them. */
function goldenLines(name: string): string[] {
  switch (name) {
    case 'claim':
      return [];
    case 'barrier':
      return [barrierLine({ epoch: 1, controlRevision: 3, atMs: AT_MS })];
    case 'verdict':
      return [accepted(structured(0), 1)];
    case 'many':
      return Array.from({ length: 30 }, (_, index) => accepted(structured(index), index + 1));
    case 'binary-mode':
      return [refusedForConflict(binary())];
    case 'unreadable':
      return [
        unreadable(readEvent({ mode: 'structured', bytes: Buffer.from('{"specversion":"1.0",'), key: 'order-18' })),
      ];
    case 'space-created':
      return [JSON.stringify(SPACE_CREATED)];
    case 'epoch-opened':
      return [JSON.stringify(EPOCH_OPENED)];
    default:
      throw new Error(`no golden block ${name}`);
  }
}

const SPACE_CREATED: SpaceCreated = {
  kind: 'SpaceCreated',
  space: 'marketplace',
  partitions: 4,
  hash: 'murmur2',
  trust: 'network',
  formats: { journal: 1, control: 1 },
  at: '2026-03-02T10:15:04.120Z',
};

const EPOCH_OPENED: EpochOpened = {
  kind: 'EpochOpened',
  epoch: 1,
  controlRevision: 1,
  standingsOf: null,
  at: '2026-03-02T10:15:04.120Z',
  engine: '1',
};

function structured(index: number): DecisionEvent {
  const event =
    `{"specversion":"1.0","id":"0199-${index}","source":"/participants/buyer-9","type":"order.place",` +
    `"subject":"order-${index}","time":"2026-03-02T10:15:03Z","datacontenttype":"application/json",` +
    `"data": {"seller": "seller-3", "total": ${4200 + index}, "category": "b\u00fccher"}}`;
  return readEvent({ mode: 'structured', bytes: Buffer.from(` ${event}\n`) });
}

function binary(): DecisionEvent {
  const headers = {
    ce_specversion: '1.0',
    ce_id: '0199-b',
    ce_source: '/participants/seller-3',
    ce_type: 'order.ship',
    ce_subject: 'order-18',
    ce_time: '2026-03-02T10:15:03Z',
    ce_basedon: '1',
    'content-type': 'application/json',
  };
  return readEvent({ mode: 'binary', headers, bytes: Buffer.from('{ "carrier": "carrier-1", "tracking": "TK-10" }') });
}

function accepted(event: DecisionEvent, sequence: number): string {
  return verdictLine(
    {
      ...common(event),
      accepted: true,
      by: { id: 'buyer-9', role: 'buyer' },
      auth: 'network',
      contract: 'order.place@1',
      subject: {
        id: event.attributes.subject!,
        type: 'order',
        sequence: 1,
        state: 'placed',
        parties: { buyer: 'buyer-9', seller: 'seller-3' },
        keeps: { total: 4199 + sequence, category: 'b\u00fccher' },
      },
      moved: { from: 'new', to: 'placed' },
      road: { via: 'http' },
      usesId: true,
    },
    event.encoded,
  );
}

function refusedForConflict(event: DecisionEvent): string {
  const detail = 'buyer-9 cancelled this order first (you: 1, now: 2)';
  return verdictLine(
    {
      ...common(event),
      accepted: false,
      reasons: [{ code: 'conflict', pointer: '/basedon', retryable: false, detail }],
      by: { id: 'seller-3', role: 'seller' },
      auth: 'signature seller-3#2',
      contract: 'order.ship@2',
      subject: {
        id: 'order-18',
        type: 'order',
        sequence: 2,
        state: 'cancelled',
        parties: { buyer: 'buyer-9', seller: 'seller-3' },
        keeps: { total: 4200 },
      },
      road: { topic: 'marketplace.decisions', partition: 3, offset: 88_121 },
      usesId: true,
    },
    event.encoded,
  );
}

function unreadable(event: DecisionEvent): string {
  if (event.readable) throw new Error('a golden event that should not be readable is');
  return verdictLine(
    {
      ...common(event),
      accepted: false,
      reasons: [{ code: 'unreadable', retryable: false, detail: 'the bytes are no JSON' }],
      subject: { id: 'order-18', type: '', sequence: 0, state: 'new', parties: {}, keeps: {} },
      road: { topic: 'marketplace.decisions', partition: 3, offset: 88_122 },
      usesId: false,
    },
    event.encoded,
  );
}

function common(
  event: DecisionEvent,
): Pick<Verdict, 'hash' | 'model' | 'epoch' | 'atMs' | 'policies' | 'type' | 'source' | 'id'> {
  const { type, source, id } = event.attributes;
  return { type, source, id, hash: event.hash, model: 1, epoch: 1, atMs: AT_MS, policies: { promise: 1, fees: 1 } };
}
