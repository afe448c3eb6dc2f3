import { corrupt } from '../journal/corrupt.js';
import type { CheckedBlock } from '../journal/journal-reader.js';
import type { JournalRecord } from '../journal/block.js';
import { recordKind } from '../journal/record.js';
import { readBarrier } from '../partition/barrier-record.js';
import type { EpochCounts, IndexedDecision, Projected } from '../ports/projection-store.js';
import { verdictAt, verdictsOf } from '../reading/block-shelf.js';
import { countUse, type ContractUse } from '../reading/count-use.js';
import { decisionKey } from '../reading/decision-key.js';
import { EdgeFold } from '../reading/edge-fold.js';
import { glanceAtVerdict } from '../reading/verdict-glance.js';

const EDGE = /"code":"(?:undeclared|unknown-type|unknown-version)"/;

/** What is derived from a run of a partition's journal: a fold, which may begin anywhere. */
export class ProjectedRun {
  /** Records folded that stand for an input. */
  inputs = 0;
  private readonly counts = new Map<number, EpochCounts>();
  private readonly decisions: IndexedDecision[] = [];
  private readonly edges = new EdgeFold();
  private readonly use: ContractUse = {};

  /** @param epoch in force where the run begins */
  constructor(
    private readonly partition: number,
    private epoch: number,
  ) {}

  /** The epoch in force where it has got to. */
  get epochNow(): number {
    return this.epoch;
  }

  /** @throws TuttiError `journal-corrupt` */
  add(block: CheckedBlock): void {
    const stream = verdictsOf(this.partition);
    for (const record of block.records) {
      const kind = recordKind(stream, record);
      switch (kind) {
        case 'block':
          break;
        case 'barrier':
          this.epoch = readBarrier(stream, record).epoch;
          break;
        case 'duplicate':
          this.inputs++;
          this.countsOf(this.epoch).duplicates++;
          break;
        case 'verdict':
          this.inputs++;
          this.addVerdict(record);
          break;
        default:
          throw corrupt(stream, record.revision, `a record of kind ${JSON.stringify(kind)}, unknown to this release`);
      }
    }
  }

  /** All of it, to be added to what was derived before. */
  get projected(): Projected {
    return {
      counts: [...this.counts.values()],
      decisions: this.decisions,
      edges: this.edges.edges(),
      contractUse: this.use,
    };
  }

  private addVerdict({ revision, line }: JournalRecord): void {
    const glance = glanceAtVerdict(line);
    let shown: { accepted: boolean; epoch: number; irregular: boolean } & Named;
    if (glance === undefined) {
      const journaled = verdictAt(this.partition, revision, line);
      const { verdict } = journaled;
      this.edges.add(journaled);
      shown = { ...verdict, irregular: verdict.irregular !== undefined };
    } else {
      const { findings } = glance;
      shown = { ...glance, irregular: findings !== undefined };
      if (findings !== undefined && EDGE.test(findings)) this.edges.add(verdictAt(this.partition, revision, line));
    }
    const { accepted, irregular, epoch, contract, source, id } = shown;
    this.epoch = epoch;
    const counts = this.countsOf(epoch);
    if (accepted) counts.accepted++;
    else counts.rejected++;
    if (accepted && irregular) counts.irregular++;
    if (accepted && contract !== undefined) countUse(this.use, contract);
    if (source !== undefined && id !== undefined) this.decisions.push({ key: decisionKey(source, id), revision });
  }

  private countsOf(epoch: number): EpochCounts {
    let counts = this.counts.get(epoch);
    if (counts === undefined) {
      counts = { epoch, accepted: 0, irregular: 0, rejected: 0, duplicates: 0 };
      this.counts.set(epoch, counts);
    }
    return counts;
  }
}

interface Named {
  contract?: string | undefined;
  source?: string | undefined;
  id?: string | undefined;
}
