import type { IntakeHandler } from '../ports/log.js';
import { PartitionFeed, type MemoryPartition } from './partition-feed.js';

interface Member {
  handler: IntakeHandler;
  feeds: Map<number, PartitionFeed>;
  /** Resolves when it has dropped out: nobody waits for it any more. */
  gone: PromiseWithResolvers<void>;
}

/**
 * A consumer group: shares the partitions out among its members, one owner each, anew whenever one joins or leaves.
 * Owners hand over before others take on, as with Kafka's eager rebalancing; partitions stay where they can.
 */
export class MemoryGroup {
  private readonly members: Member[] = [];
  /** One change of membership after another. */
  private changes: Promise<void> = Promise.resolve();

  constructor(private readonly partitions: readonly MemoryPartition[]) {}

  /** Adds a member; gives the way to take it out again. */
  join(handler: IntakeHandler): (how: 'stop' | 'vanish') => Promise<void> {
    const member: Member = { handler, feeds: new Map(), gone: Promise.withResolvers() };
    void this.change(async () => {
      this.members.push(member);
      await this.rebalance();
    });
    return (how) => {
      if (how === 'vanish') member.gone.resolve();
      return this.change(() => this.leave(member, how));
    };
  }

  private async leave(member: Member, how: 'stop' | 'vanish'): Promise<void> {
    const index = this.members.indexOf(member);
    if (index === -1) return;
    this.members.splice(index, 1);
    for (const [partition, feed] of member.feeds) {
      if (how === 'stop') await this.revoke(member, partition, feed);
      else feed.abandon();
    }
    member.feeds.clear();
    await this.rebalance();
  }

  /** Takes what members hold beyond their share, then gives out what nobody holds. */
  private async rebalance(): Promise<void> {
    const { members, partitions } = this;
    if (members.length === 0) return;
    const share = (index: number): number =>
      Math.floor(partitions.length / members.length) + (index < partitions.length % members.length ? 1 : 0);
    for (const [index, member] of members.entries()) {
      for (const [partition, feed] of [...member.feeds].slice(share(index))) {
        member.feeds.delete(partition);
        await this.revoke(member, partition, feed);
      }
    }
    const held = new Set(members.flatMap(({ feeds }) => [...feeds.keys()]));
    const free = [...partitions.keys()].filter((partition) => !held.has(partition));
    for (const [index, member] of members.entries()) {
      for (const partition of free.splice(0, share(index) - member.feeds.size)) await this.assign(member, partition);
    }
  }

  private async assign(member: Member, partition: number): Promise<void> {
    let from: number;
    try {
      const said = member.handler.assigned(partition).then((offset) => offset ?? 0);
      from = await Promise.race([said, member.gone.promise.then(() => Infinity)]);
    } catch {
      // It is the member's all the same, but nothing is fed to it.
      from = Infinity;
    }
    const feed = new PartitionFeed(this.partitions[partition]!, from, (records, highWatermark) =>
      member.handler.batch(partition, records, highWatermark),
    );
    member.feeds.set(partition, feed);
  }

  private async revoke(member: Member, partition: number, feed: PartitionFeed): Promise<void> {
    const handedOver = feed.stop().then(() => member.handler.revoked(partition));
    await Promise.race([handedOver, member.gone.promise]);
  }

  private change(work: () => Promise<void>): Promise<void> {
    const done = this.changes.then(work);
    this.changes = done.catch(() => undefined);
    return done;
  }
}
