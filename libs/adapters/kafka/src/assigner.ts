import { AssignerProtocol, type PartitionAssigner } from 'kafkajs';

const NAME = 'tutti';
const VERSION = 0;

/**
 * Shares partitions 0..count-1 evenly out among members; each keeps what it had as far as its share goes.
 *
 * @param held what members had, by member
 * @returns partitions of each member
 */
export function shareOut(
  members: readonly string[],
  count: number,
  held: ReadonlyMap<string, readonly number[]>,
): Map<string, number[]> {
  const sorted = members.toSorted();
  const shareOf = (index: number): number =>
    Math.floor(count / sorted.length) + (index < count % sorted.length ? 1 : 0);
  const shares = new Map(sorted.map((member) => [member, [] as number[]]));
  const free = new Set(Array.from({ length: count }, (_, partition) => partition));
  // Those that have most take the larger shares, so that as little as possible moves.
  const byHolding = sorted.toSorted((a, b) => (held.get(b)?.length ?? 0) - (held.get(a)?.length ?? 0));
  for (const [index, member] of byHolding.entries()) {
    for (const partition of (held.get(member) ?? []).slice(0, shareOf(index))) {
      if (free.delete(partition)) shares.get(member)!.push(partition);
    }
  }
  const left = [...free];
  for (const [index, member] of byHolding.entries()) {
    const share = shares.get(member)!;
    share.push(...left.splice(0, shareOf(index) - share.length));
    share.sort((a, b) => a - b);
  }
  return shares;
}

/**
 * Assigner of a group that reads one topic: only the partitions that were there at the start, never those that were
 * added since (kafkajs takes them unasked), and sticky as long as the group keeps its leader.
 */
export function assignerOf(topic: string, count: number): PartitionAssigner {
  return () => {
    let held: ReadonlyMap<string, readonly number[]> = new Map();
    return {
      name: NAME,
      version: VERSION,
      async assign({ members }) {
        const shares = shareOut(
          members.map(({ memberId }) => memberId),
          count,
          held,
        );
        held = shares;
        return [...shares].map(([memberId, partitions]) => ({
          memberId,
          memberAssignment: AssignerProtocol.MemberAssignment.encode({
            version: VERSION,
            assignment: { [topic]: partitions },
            userData: Buffer.alloc(0),
          }),
        }));
      },
      protocol: ({ topics }) => ({
        name: NAME,
        metadata: AssignerProtocol.MemberMetadata.encode({ version: VERSION, topics, userData: Buffer.alloc(0) }),
      }),
    };
  };
}
