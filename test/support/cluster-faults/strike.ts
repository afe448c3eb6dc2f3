import { setTimeout as delay } from 'node:timers/promises';
import type { Cluster, ServiceKind, ServiceProcess } from '@tutti/testing';
import type { Load } from './load.js';
import type { Entry } from './schedule.js';
import { until } from './until.js';
import { ownedBy, type Watch } from './watch.js';

/** A relay was found behind the journal at the moment of its death at most after so many deaths. */
const RELAY_KILLS_MAX = 30;
/** How long the broker stays away: long enough for members and producers to notice. */
const BROKER_AWAY_MS = 2_500;
/** Longer than a session, whose end the broker finds out about when it goes on. */
const BROKER_FROZEN_MS = 4_000;
const CONTRACTS_MIN = 2;

/** Lets faults happen to a cluster under load. */
export class Striker {
  /** Services that are meant to run; those that were removed are not. */
  private readonly wanted: Set<ServiceProcess>;

  constructor(
    private readonly cluster: Cluster,
    private readonly load: Load,
    private readonly watch: Watch,
    /** Told what was done, for whoever reads why a run failed. */
    private readonly say: (text: string) => void,
  ) {
    this.wanted = new Set(cluster.services);
  }

  /** Waits for the fault's turn, lets it happen, and, where it is to settle, waits until all is well again. */
  async strike(entry: Entry): Promise<void> {
    await this.load.more(entry.afterRecords);
    this.assertAlive();
    await this.happen(entry);
    if (entry.settles) await this.allWell();
  }

  /** Everything that is meant to run is ready. */
  async allWell(): Promise<void> {
    await Promise.all([...this.wanted].map((service) => service.ready(120_000)));
  }

  /** Asks all of a kind to drain. @throws Error one of them did not end well */
  async stop(kind: ServiceKind): Promise<void> {
    for (const service of this.running(kind)) {
      const { exitCode, signal } = await service.stop();
      this.wanted.delete(service);
      if (exitCode !== 0) throw new Error(`${service.name}: ${exitCode ?? signal}\n${service.logs().slice(-4_000)}`);
    }
  }

  /** @throws Error a process has ended that nobody has ended */
  assertAlive(): void {
    for (const service of this.wanted) {
      if (!service.running) throw new Error(`${service.name} has ended by itself:\n${service.logs().slice(-4_000)}`);
    }
  }

  private async happen({ fault, choice }: Entry): Promise<void> {
    const { cluster } = this;
    switch (fault) {
      case 'kill contract':
        return this.kill(this.pick('contract', choice));
      case 'kill projection':
        return this.kill(this.pick('projection', choice));
      case 'kill feedback':
        return this.kill(this.pick('feedback', choice));
      case 'freeze contract':
        return this.freeze(choice);
      case 'add contract': {
        const added = await cluster.add('contract');
        this.wanted.add(added);
        this.say(`added ${added.name}`);
        return;
      }
      case 'remove contract':
        return this.remove(choice);
      case 'kill relay':
        return this.killBetween(choice);
      case 'stop PostgreSQL':
      case 'crash PostgreSQL':
        await cluster.postgres.stop(fault === 'stop PostgreSQL' ? 'fast' : 'immediate');
        // Kafka goes on taking what is to be judged then.
        await this.load.more(200);
        await cluster.postgres.start();
        return;
      case 'freeze PostgreSQL':
        await cluster.postgres.pause();
        await this.load.more(200);
        await cluster.postgres.resume();
        return;
      case 'freeze broker':
        cluster.kafka.pause();
        await delay(BROKER_FROZEN_MS);
        cluster.kafka.resume();
        return;
      case 'stop broker':
      case 'kill broker':
        await (fault === 'stop broker' ? cluster.kafka.stop() : cluster.kafka.kill());
        await delay(BROKER_AWAY_MS);
        await cluster.kafka.start();
        return;
      default:
        fault satisfies never;
    }
  }

  private async kill(victim: ServiceProcess): Promise<void> {
    victim.kill('SIGKILL');
    await victim.ended();
    victim.start();
    this.say(`killed ${victim.name}`);
  }

  /**
   * Stops one until others have claimed all of its partitions, judged there, and stored what they judged; then lets it go
   * on: it believes that they are its own, and what it is about to append and to store is of long ago.
   */
  private async freeze(choice: number): Promise<void> {
    const { victim, partitions } = await this.pickOwner(choice);
    await this.appended(partitions);
    victim.kill('SIGSTOP');
    const terms = await Promise.all(partitions.map((partition) => this.watch.term(partition)));
    const ends = await Promise.all(partitions.map((partition) => this.watch.journaled(partition)));
    const look = async (): Promise<true | undefined> => {
      const went = partitions.map(async (partition, index) => {
        const stored = await this.watch.stored(partition);
        return (await this.watch.term(partition)) > terms[index]! && stored > ends[index]!;
      });
      return (await Promise.all(went)).every(Boolean) || undefined;
    };
    const what = `others judge partitions ${partitions.join()} of ${victim.name}, which is stopped`;
    await until(what, look, { explain: () => this.explain() });
    victim.kill('SIGCONT');
    this.say(`froze ${victim.name}, which had partitions ${partitions.join()}, until others had gone on with them`);
  }

  private async remove(choice: number): Promise<void> {
    if (this.running('contract').length <= CONTRACTS_MIN) this.wanted.add(await this.cluster.add('contract'));
    const victim = this.pick('contract', choice);
    this.wanted.delete(victim);
    // It may have been started again just now: a process that hears nothing yet ends by the signal, without draining.
    await victim.ready();
    const { exitCode, signal } = await victim.stop();
    if (exitCode !== 0) throw new Error(`${victim.name}: ${exitCode ?? signal}\n${victim.logs().slice(-4_000)}`);
    this.say(`removed ${victim.name}`);
  }

  /**
   * Kills a contract process, and its relay with it, when one of its partitions has just been appended to; again and
   * again until the topic turns out to have been behind the journal when it died.
   */
  private async killBetween(choice: number): Promise<void> {
    for (let kills = 1; kills <= RELAY_KILLS_MAX; kills += 1) {
      const { victim, partitions } = await this.pickOwner(choice);
      await this.appended(partitions);
      victim.kill('SIGKILL');
      await victim.ended();
      // Nobody else relays these partitions before the victim's session has run out.
      const behind = await this.behind(partitions);
      victim.start();
      if (behind !== undefined) {
        this.say(`killed ${victim.name} (${kills} times), the relay ${behind}`);
        return;
      }
      await this.allWell();
    }
    throw new Error(`the relay was never behind, ${RELAY_KILLS_MAX} times`);
  }

  /** Resolves as soon as a verdict of one of the partitions is in the journal. */
  private async appended(partitions: readonly number[]): Promise<void> {
    const { journal } = this.watch;
    const before = await Promise.all(partitions.map((partition) => this.watch.journaled(partition)));
    await new Promise<void>((resolve, reject) => {
      const stops = partitions.map((partition, index) =>
        journal.follow(`verdicts-${partition}`, () => {
          this.watch.journaled(partition).then((now) => {
            if (now === before[index]) return;
            for (const stop of stops) stop();
            resolve();
          }, reject);
        }),
      );
    });
  }

  private async behind(partitions: readonly number[]): Promise<string | undefined> {
    for (const partition of partitions) {
      const [journaled, relayed] = [await this.watch.journaled(partition), await this.watch.relayed(partition)];
      if (relayed < journaled) return `at revision ${relayed} of ${journaled} in partition ${partition}`;
    }
    return undefined;
  }

  /** What everything says of itself, for whoever reads why a run failed. */
  async explain(): Promise<string> {
    const services = [...this.wanted].map(async (service) => {
      const said = await fetch(`${service.url}/health/ready`, { signal: AbortSignal.timeout(3_000) })
        .then((response) => response.text())
        .catch(String);
      return `${service.name}: ${said}\n${service.logs().slice(-1_500)}`;
    });
    const partitions = Array.from({ length: this.cluster.partitions }, async (_, partition) => {
      const { watch } = this;
      const [term, taken, answered] = [watch.term(partition), watch.taken(partition), watch.answered(partition)];
      const [journaled, relayed, stored] = [
        watch.journaled(partition),
        watch.relayed(partition),
        watch.stored(partition),
      ];
      const said = { term, taken, answered, journaled, relayed, stored };
      const shown = await Promise.all(Object.entries(said).map(async ([name, value]) => `${name} ${await value}`));
      return `partition ${partition}: ${shown.join(', ')}`;
    });
    return (await Promise.all([...partitions, ...services])).join('\n');
  }

  private running(kind: ServiceKind): ServiceProcess[] {
    return [...this.wanted].filter((service) => service.kind === kind);
  }

  private pick(kind: ServiceKind, choice: number): ServiceProcess {
    const from = this.running(kind);
    return from[Math.floor(choice * from.length)]!;
  }

  /** One that works on partitions now; the choice is among all that do. */
  private pickOwner(choice: number): Promise<{ victim: ServiceProcess; partitions: number[] }> {
    return until(
      'a contract process works on partitions, and there is another one',
      async () => {
        const contracts = this.running('contract');
        const owned = await Promise.all(contracts.map(ownedBy));
        const owners = contracts.flatMap((victim, index) =>
          owned[index]!.length === 0 ? [] : { victim, partitions: owned[index]! },
        );
        return contracts.length < CONTRACTS_MIN ? undefined : owners[Math.floor(choice * owners.length)];
      },
      { explain: () => this.explain() },
    );
  }
}
