import type { Edge } from '@tutti/runtime';

const SAMPLES_MAX = 3;
const PARTICIPANTS_MAX = 50;

/** What was counted before and what was counted since, of one signature, together. */
export function mergeEdges(before: Edge, since: Edge): Edge {
  return {
    ...before,
    count: before.count + since.count,
    firstEpoch: Math.min(before.firstEpoch, since.firstEpoch),
    lastEpoch: Math.max(before.lastEpoch, since.lastEpoch),
    samples: [...before.samples, ...since.samples].slice(-SAMPLES_MAX),
    participants: [...new Set([...before.participants, ...since.participants])].slice(0, PARTICIPANTS_MAX),
  };
}
