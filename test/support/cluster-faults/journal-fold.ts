import { evolve, outcomeLine, type SubjectState } from '@tutti/contracts';
import {
  type Block,
  type ControlState,
  decisionKey,
  type EpochCounts,
  type Journal,
  parseRecord,
  readBarrier,
  readBlock,
  recordKind,
  verdictAt,
  verdictsOf,
} from '@tutti/runtime';

/** A record that stands for an input. */
export interface Answered {
  revision: number;
  offset: number;
  /** Of the verdict, the line that the outcome hash covers; of a duplicate, the revision of its first verdict. */
  outcome: string;
  subject: string;
}

/** What a partition's stream says, taken from its first record on. */
export interface Folded {
  blocks: Block[];
  /** In the order of the stream. */
  answered: Answered[];
  /** The same by revision. */
  byRevision: Map<number, Answered>;
  /** Lines of the verdicts by revision, deadlines included. */
  verdicts: Map<number, Buffer>;
  subjects: Map<string, SubjectState>;
  /** Of the last barrier; 0 for none. */
  epoch: number;
  counts: EpochCounts[];
  /** Revisions of the verdicts on each decision, by the key of the index. */
  decisions: Map<string, number[]>;
  /** What is wrong with the order of terms, cursors and revisions. */
  faults: string[];
}

/** Folds a partition's stream from zero, by nothing but its blocks. */
export async function foldJournal(
  journal: Journal,
  partition: number,
  models: ControlState['models'],
): Promise<Folded> {
  const stream = verdictsOf(partition);
  const folded: Folded = {
    blocks: [],
    answered: [],
    byRevision: new Map(),
    verdicts: new Map(),
    subjects: new Map(),
    epoch: 0,
    counts: [],
    decisions: new Map(),
    faults: [],
  };
  const { faults } = folded;
  let next = 0;
  let term = 0;
  let cursor = 0;
  for (;;) {
    const page = await journal.read(stream, next, 64);
    if (page.length === 0) return folded;
    for (const block of page) {
      folded.blocks.push(block);
      if (block.first !== next) faults.push(`block at ${block.first}, expected at ${next}`);
      next = block.first + block.count;
      const { header, records } = readBlock(stream, block);
      if (block.term < term) faults.push(`term ${block.term} at ${block.first} after ${term}`);
      if (block.term > term && (block.term !== term + 1 || block.count !== 1)) {
        faults.push(`term ${block.term} at ${block.first} after ${term}: no claim, ${block.count} records`);
      }
      ({ term } = block);
      const before = folded.answered.length;
      for (const record of records.slice(1)) {
        if (recordKind(stream, record) === 'barrier') {
          folded.epoch = readBarrier(stream, record).epoch;
        } else {
          take(folded, partition, record.revision, record.line, models);
        }
      }
      if (folded.answered.length > before) cursor = folded.answered.at(-1)!.offset + 1;
      if (header.next !== cursor) faults.push(`cursor ${header.next} at ${block.first}, expected ${cursor}`);
    }
  }
}

function take(folded: Folded, partition: number, revision: number, line: Buffer, models: ControlState['models']): void {
  const stream = verdictsOf(partition);
  const { epoch } = folded;
  if (recordKind(stream, { revision, line }) === 'duplicate') {
    const { offset, of } = parseRecord(stream, { revision, line }) as { offset: number; of: number };
    const first = folded.byRevision.get(of);
    if (first === undefined) folded.faults.push(`duplicate ${revision} of ${of}, which is no input's verdict`);
    add(folded, { revision, offset, outcome: `again ${first?.offset}`, subject: first?.subject ?? '' });
    countsOf(folded, epoch).duplicates += 1;
    return;
  }
  const { verdict } = verdictAt(partition, revision, line);
  const { accepted, irregular, road, source, id, subject } = verdict;
  folded.verdicts.set(revision, line);
  if (verdict.epoch !== epoch) folded.faults.push(`verdict ${revision} of epoch ${verdict.epoch} in ${epoch}`);
  if ('offset' in road) {
    const { topic: _, ...place } = road;
    if (place.partition !== partition) folded.faults.push(`verdict ${revision} of an input in ${place.partition}`);
    const { offset } = place;
    add(folded, { revision, offset, outcome: outcomeLine(verdict), subject: subject?.id ?? '' });
  }
  if (subject !== undefined) {
    folded.subjects.set(subject.id, evolve(folded.subjects.get(subject.id), verdict, revision, models));
  }
  if (source !== undefined && id !== undefined) {
    const key = decisionKey(source, id).toString('hex');
    folded.decisions.set(key, [...(folded.decisions.get(key) ?? []), revision]);
  }
  const counts = countsOf(folded, epoch);
  if (accepted) counts.accepted += 1;
  else counts.rejected += 1;
  if (irregular !== undefined) counts.irregular += 1;
}

function add({ answered, byRevision }: Folded, one: Answered): void {
  answered.push(one);
  byRevision.set(one.revision, one);
}

function countsOf({ counts }: Folded, epoch: number): EpochCounts {
  let found = counts.find((one) => one.epoch === epoch);
  if (found === undefined) counts.push((found = { epoch, accepted: 0, irregular: 0, rejected: 0, duplicates: 0 }));
  return found;
}
