import type { Reason } from '@tutti/contracts';
import type { Edge } from '../backbone.js';
import type { JournaledVerdict } from './journaled-verdict.js';

const SAMPLES_MAX = 3;
const PARTICIPANTS_MAX = 50;
const CODES: ReadonlySet<string> = new Set(['undeclared', 'unknown-type', 'unknown-version']);

/** Groups what the model has no answer for by signature: folded over verdicts, in each partition's order. */
export class EdgeFold {
  private readonly bySignature = new Map<string, Edge>();

  add({ verdict, partition, revision }: JournaledVerdict): void {
    for (const reason of verdict.reasons ?? verdict.irregular ?? NONE) {
      if (!isEdge(reason.code)) continue;
      const type = verdict.type ?? '';
      const state = reason.code === 'undeclared' ? (verdict.moved?.from ?? verdict.subject?.state) : undefined;
      const signature = state === undefined ? `${type} ${reason.code}` : `${type} in ${state}`;
      const { epoch } = verdict;
      let edge = this.bySignature.get(signature);
      if (edge === undefined) {
        edge = {
          signature,
          code: reason.code,
          type,
          ...(state !== undefined && { state }),
          count: 0,
          firstEpoch: epoch,
          lastEpoch: epoch,
          samples: [],
          participants: [],
        };
        this.bySignature.set(signature, edge);
      }
      edge.count++;
      edge.firstEpoch = Math.min(edge.firstEpoch, epoch);
      edge.lastEpoch = Math.max(edge.lastEpoch, epoch);
      edge.samples.push(`${partition}-${revision}`);
      if (edge.samples.length > SAMPLES_MAX) edge.samples.shift();
      const participant = verdict.source?.split('/')[2];
      if (participant !== undefined && edge.participants.length < PARTICIPANTS_MAX) {
        if (!edge.participants.includes(participant)) edge.participants.push(participant);
      }
    }
  }

  /** Most frequent first. */
  edges(): Edge[] {
    return [...this.bySignature.values()]
      .map((edge) => structuredClone(edge))
      .toSorted((a, b) => b.count - a.count || (a.signature < b.signature ? -1 : 1));
  }
}

const NONE: readonly Reason[] = [];

function isEdge(code: string): code is Edge['code'] {
  return CODES.has(code);
}
