import type { Edge } from '../backbone.js';

const SAMPLES_MAX = 3;
const PARTICIPANTS_MAX = 50;

/** What was counted before and what was counted since, of one signature, together. */
export function mergeEdge(before: Edge, since: Edge): Edge {
  return {
    ...before,
    count: before.count + since.count,
    firstEpoch: Math.min(before.firstEpoch, since.firstEpoch),
    lastEpoch: Math.max(before.lastEpoch, since.lastEpoch),
    samples: [...before.samples, ...since.samples].slice(-SAMPLES_MAX),
    participants: [...new Set([...before.participants, ...since.participants])].slice(0, PARTICIPANTS_MAX),
  };
}

/** Edges of several partitions, in the order of the partitions, merged by signature: most frequent first. */
export function mergeEdges(edges: Iterable<Edge>): Edge[] {
  const bySignature = new Map<string, Edge>();
  for (const edge of edges) {
    const before = bySignature.get(edge.signature);
    bySignature.set(edge.signature, before === undefined ? structuredClone(edge) : mergeEdge(before, edge));
  }
  return [...bySignature.values()].toSorted((a, b) => b.count - a.count || (a.signature < b.signature ? -1 : 1));
}
