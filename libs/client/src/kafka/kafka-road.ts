import { DECISION_BYTES_MAX } from '@tutti/contracts';
import { parseTime, partitionOf } from '@tutti/kernel';
import { backOffMs } from '../back-off.js';
import { ClosedError, NotRecordedError, TimeoutError } from '../errors.js';
import type { Envelope } from '../event.js';
import type { Followed, FollowOptions, VerdictFilter } from '../follow.js';
import type { Lifetime } from '../lifetime.js';
import type { Arrival, FoundVerdict, Road } from '../road.js';
import { decisionRecord } from './decision-record.js';
import { followTopic } from './follow-topic.js';
import { errorOf, gaveUp } from './kafka-errors.js';
import { KafkaFault, type KafkaPort } from './kafka-port.js';
import { type Published, Publisher } from './publisher.js';
import { spaceOn } from './space-of.js';
import { VerdictWatch } from './verdict-watch.js';
import type { Watch } from './watch.js';

export interface KafkaRoadOptions {
  /** Undefined: the one the brokers show. */
  space: string | undefined;
  readsVerdicts: boolean;
}

/** A decision whose writer gave its time may have been sent before: most others have their verdict by then. */
const OFTEN_ANSWERED_MS = 1_000;

/** What is known once the brokers were reached. */
interface Space {
  decisions: string;
  verdicts: string;
  partitions: number;
  publisher: Publisher;
  watch: VerdictWatch;
}

/** The way to the intake over Kafka. */
export class KafkaRoad implements Road {
  readonly readsVerdicts: boolean;
  readonly #port: KafkaPort;
  readonly #lifetime: Lifetime;
  readonly #given: string | undefined;
  #space: Promise<Space> | undefined;

  constructor(port: KafkaPort, lifetime: Lifetime, { space, readsVerdicts }: KafkaRoadOptions) {
    this.#port = port;
    this.#lifetime = lifetime;
    this.#given = space;
    this.readsVerdicts = readsVerdicts;
  }

  async send(envelope: Envelope, timeoutMs: number, wait: boolean): Promise<Arrival> {
    const { name } = envelope;
    const record = decisionRecord(envelope);
    if (record.value.length > DECISION_BYTES_MAX) {
      throw new NotRecordedError(
        'too-large',
        `${record.value.length} bytes; a decision may have ${DECISION_BYTES_MAX}`,
        {
          where: `${name.type} ${name.subject}`,
          mend: 'keep documents elsewhere and send their address and hash',
        },
      );
    }
    const endMs = performance.now() + timeoutMs;
    const isLate = (fault: KafkaFault): Error => gaveUp(name, timeoutMs, fault, false);
    const space = await this.#until(endMs, () => this.#known(), isLate);
    const partition = partitionOf(name.subject, space.partitions);
    const watch =
      wait && this.readsVerdicts
        ? await this.#until(endMs, () => space.watch.watch(envelope, partition), isLate)
        : undefined;
    try {
      const published = await space.publisher.add(name, partition, record, Math.max(1, endMs - performance.now()));
      watch?.placed(published.offset);
      return {
        place: { topic: space.decisions, partition, offset: published.offset },
        verdict: (leftMs) => this.#verdict(space, envelope, partition, published, watch, leftMs),
      };
    } catch (error) {
      if (watch !== undefined) space.watch.drop(watch);
      throw error;
    }
  }

  async *follow(
    lifetime: Lifetime,
    filter: VerdictFilter,
    options: FollowOptions & { toEnd?: boolean },
  ): AsyncGenerator<Followed, void, undefined> {
    let topic: string | undefined;
    for (let attempt = 1; topic === undefined; attempt++) {
      if (lifetime.closed) return;
      try {
        topic = (await this.#known()).verdicts;
      } catch (error) {
        if (!(error instanceof KafkaFault)) throw error;
        if (!error.isPassing) throw errorOf(error, 'kafka');
        await lifetime.sleep(backOffMs(attempt));
      }
    }
    yield* followTopic(this.#port, topic, lifetime, filter, options);
  }

  async ready(timeoutMs: number): Promise<void> {
    await this.#until(
      performance.now() + timeoutMs,
      () => this.#known(),
      (fault) => errorOf(fault, 'kafka'),
    );
  }

  async close(): Promise<void> {
    const space = await this.#space?.catch(() => undefined);
    await space?.publisher.flush();
    await space?.watch.close();
    await this.#port.close();
  }

  #known(): Promise<Space> {
    this.#space ??= this.#learn().catch((error: unknown) => {
      this.#space = undefined;
      throw error;
    });
    return this.#space;
  }

  async #learn(): Promise<Space> {
    const space = this.#given ?? (await spaceOn(this.#port));
    const decisions = `${space}.decisions`;
    const verdicts = `${space}.verdicts`;
    return {
      decisions,
      verdicts,
      partitions: await this.#port.partitions(decisions),
      publisher: new Publisher(this.#port, decisions),
      watch: new VerdictWatch(this.#port, verdicts, this.#lifetime),
    };
  }

  /** Does it until it is done or the time is over; faults that pass are tried again. */
  async #until<T>(endMs: number, work: () => Promise<T>, late: (fault: KafkaFault) => Error): Promise<T> {
    for (let attempt = 1; ; attempt++) {
      let fault: KafkaFault;
      try {
        const left = Math.max(1, endMs - performance.now());
        return await withinMs(left, work(), () => new KafkaFault('unreachable', 'no broker answered'));
      } catch (error) {
        if (!(error instanceof KafkaFault)) throw error;
        if (!error.isPassing) throw errorOf(error, 'kafka');
        fault = error;
      }
      const waitMs = backOffMs(attempt);
      if (performance.now() + waitMs >= endMs) throw late(fault);
      await this.#lifetime.sleep(waitMs);
      if (this.#lifetime.closed) throw new ClosedError();
    }
  }

  async #verdict(
    space: Space,
    envelope: Envelope,
    partition: number,
    { offset, appendedAtMs }: Published,
    begun: Watch | undefined,
    leftMs: number,
  ): Promise<FoundVerdict | undefined> {
    const { name } = envelope;
    const endMs = performance.now() + leftMs;
    const late = (fault: KafkaFault): Error => gaveUp(name, leftMs, fault, true);
    const used = begun ?? (await this.#until(endMs, () => space.watch.watch(envelope, partition), late));
    let patience: ReturnType<typeof setTimeout> | undefined;
    const forget = this.#lifetime.onClose(() => used.giveUp());
    try {
      if (begun === undefined) {
        used.placed(offset);
        // The verdict may have come by before anybody watched.
        await space.watch.search(used, Math.max(appendedAtMs ?? 0, parseTime(name.time ?? '') ?? 0)).catch(() => {});
      }
      const left = Math.max(1, endMs - performance.now());
      // In a quiet partition nothing shows that a repeated decision was passed over.
      const patienceMs = Math.min(left / 2, envelope.filledIn.has('time') ? left : OFTEN_ANSWERED_MS);
      patience = setTimeout(() => void space.watch.search(used).catch(() => {}), patienceMs);
      const found = await withinMs(left, used.found, () => undefined);
      if (found === undefined && this.#lifetime.closed) throw new ClosedError(name);
      return found;
    } catch (error) {
      throw error instanceof KafkaFault ? new TimeoutError(name, Math.round(leftMs), error) : error;
    } finally {
      clearTimeout(patience);
      forget();
      space.watch.drop(used);
    }
  }
}

/** What the work gives, or `late` when the time is over: returned, or thrown where it is an error. */
async function withinMs<T, L>(ms: number, work: Promise<T>, late: () => L): Promise<T | Exclude<L, KafkaFault>> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const over = new Promise<Exclude<L, KafkaFault>>((resolve, reject) => {
    timer = setTimeout(() => {
      const what = late();
      if (what instanceof KafkaFault) reject(what);
      else resolve(what as Exclude<L, KafkaFault>);
    }, ms);
  });
  try {
    return await Promise.race([work, over]);
  } finally {
    clearTimeout(timer);
    work.catch(() => {});
  }
}
