import {
  VOUCH_HEADER,
  vouchFor,
  type Authentication,
  type DecisionEvent,
  type Regime,
  type SubjectState,
  type WireVerdict,
} from '@tutti/contracts';
import { partitionOf, TuttiError } from '@tutti/kernel';
import type { CompiledModel, ModelDefinition } from '@tutti/model';
import type { Answer, Backbone, BackboneStatus, Edge, Submission } from '../backbone.js';
import { JournaledAnswer } from '../backbone/answers.js';
import type { Clock } from '../clock/clock.js';
import type { RecordedTime } from '../clock/recorded-time.js';
import { appendAct } from '../control/append-act.js';
import type { ControlState } from '../control/control-state.js';
import type { ControlStream } from '../control/control-stream.js';
import type { ModelCache } from '../control/model-cache.js';
import type { OperatorAct } from '../control/operator-act.js';
import { regimeBefore } from '../control/regime-at.js';
import type { Found, IntakeDoor, IntakePlace } from '../door.js';
import { dryRunOn } from '../partition/dry-run.js';
import type { PartitionTask } from '../partition/partition-task.js';
import { unavailable } from '../partition/unavailable.js';
import type { Log } from '../ports/log.js';
import { noModel } from '../problems/no-model.js';
import type { Problem, Problems } from '../problems/problems.js';
import { findAtPlaces, findOnSubject, HISTORY_LIMIT } from '../reading/find-decision.js';
import type { DecisionIndex } from '../reading/decision-index.js';
import type { VerdictReader } from '../reading/verdict-reader.js';
import type { AnswerFinder } from './answer-finder.js';
import { decisionRecord } from './decision-record.js';
import type { DecisionSender } from './decision-sender.js';
import type { PartitionWatch } from './partition-watch.js';
import type { SubjectReader } from './subject-reader.js';

/** What is known in this process of the partitions it owns, if any. */
export interface MemberStatus {
  status(): { problems: readonly Problem[]; partitions: BackboneStatus['partitions'] };
  /** The tasks of those partitions: subjects are read from their memory. */
  tasks?(): readonly PartitionTask[];
}

/** What a gateway consists of. */
export interface GatewayParts {
  log: Log;
  topic: string;
  index: DecisionIndex;
  control: ControlStream;
  models: ModelCache;
  clock: Clock;
  time: RecordedTime;
  problems: Problems;
  watches: readonly PartitionWatch[];
  readers: readonly VerdictReader[];
  subjects: SubjectReader;
  answers: AnswerFinder;
  sender: DecisionSender;
  member: MemberStatus | undefined;
  secret: string | undefined;
  submitWaitMs: number;
}

/** The backbone seen from a process that serves HTTP, wherever the partitions are judged; see {@link IntakeDoor}. */
export class Gateway implements Backbone, IntakeDoor {
  readonly space: string;
  readonly partitions: number;
  private lastRegime: Regime;
  /** By partition, an offset that the intake topic's end is not before. */
  private readonly ends: number[] = [];
  private closing: Promise<void> | undefined;

  constructor(private readonly parts: GatewayParts) {
    const { control, watches } = parts;
    this.space = control.state.space;
    this.partitions = watches.length;
    this.lastRegime = regimeBefore(control.state);
    control.onRecord(() => control.forgetBefore(Math.min(...watches.map(({ epochNow }) => epochNow))));
  }

  // ── the door ──────────────────────────────────────────────────────────────────────────────────────────────────────

  send(submissions: readonly Submission[]): Promise<(IntakePlace | TuttiError)[]> {
    return Promise.all(submissions.map((submission) => this.sendOne(submission)));
  }

  async verdictAt(partition: number, offset: number, waitMs: number): Promise<Found | undefined> {
    const watch = this.parts.watches[partition];
    if (watch === undefined) throw this.noPartition(partition);
    if (!Number.isSafeInteger(offset) || offset < 0) throw noInput(partition, offset);
    if (watch.intake <= offset) {
      await this.assertThere(partition, offset);
      if (waitMs <= 0) {
        await watch.refresh();
        if (watch.intake <= offset) return undefined;
      }
    }
    return this.answerAt(watch, partition, offset, waitMs);
  }

  async submit(event: DecisionEvent, authentication: Authentication): Promise<Answer> {
    const answer = await this.submitOne({ event, authentication });
    if (answer instanceof TuttiError) throw answer;
    return answer;
  }

  submitAll(submissions: readonly Submission[]): Promise<(Answer | TuttiError)[]> {
    return Promise.all(submissions.map((submission) => this.submitOne(submission)));
  }

  async dryRun(event: DecisionEvent, authentication: Authentication): Promise<WireVerdict> {
    const id = event.readable ? event.attributes.subject : event.subject;
    const partition = partitionOf(id, this.partitions);
    const regime = this.regimeOf(partition);
    if (regime.epoch === 0 && this.parts.control.state.model === 0) throw noModel();
    const subject = id === '' ? undefined : await this.parts.subjects.read(partition, id);
    const atMs = Math.max(this.parts.time.now(), subject?.lastAtMs ?? 0);
    const input = { event, authentication, road: { via: 'http' }, atMs } as const;
    return dryRunOn(input, partition, regime, subject, (revision) => this.parts.readers[partition]!.at(revision));
  }

  // ── control ───────────────────────────────────────────────────────────────────────────────────────────────────────

  regime(): Regime {
    return this.regimeOf(0);
  }

  control(): ControlState {
    return this.parts.control.state;
  }

  operate(act: OperatorAct, ifRevision?: number): Promise<{ controlRevision: number; effectiveEpoch: number }> {
    const { control, time, models } = this.parts;
    return appendAct(control, act, ifRevision, time.now(), models.compile);
  }

  async inForce(epoch: number): Promise<void> {
    await Promise.all(this.parts.watches.map((watch) => watch.passed(epoch)));
    // Whoever reads the regime next sees that epoch's.
    if (this.parts.control.state.epoch < epoch) await this.parts.control.catchUp();
  }

  compile(definition: ModelDefinition): CompiledModel {
    return this.parts.models.compile(definition);
  }

  // ── reading ───────────────────────────────────────────────────────────────────────────────────────────────────────

  subject(id: string): Promise<SubjectState | undefined> {
    return this.parts.subjects.read(partitionOf(id, this.partitions), id);
  }

  async history(id: string, after = -1, limit = HISTORY_LIMIT): Promise<WireVerdict[]> {
    const state = await this.subject(id);
    if (state === undefined) return [];
    const revisions = state.log.revisions().filter((revision) => revision > after);
    return this.parts.readers[partitionOf(id, this.partitions)]!.all(revisions.slice(0, limit));
  }

  async findDecision(participant: string, id: string, subject?: string): Promise<WireVerdict[]> {
    const { readers, index } = this.parts;
    const source = `/participants/${participant}`;
    if (subject === undefined) return findAtPlaces(readers, await index.find(source, id), source, id);
    const state = await this.subject(subject);
    if (state === undefined) return [];
    return findOnSubject(readers[partitionOf(subject, this.partitions)]!, state, source, id);
  }

  async verdict(partition: number, revision: number): Promise<WireVerdict | undefined> {
    return (await this.parts.readers[partition]?.at(revision))?.wire();
  }

  async verdicts(partition: number, from: number, limit: number): Promise<{ verdicts: WireVerdict[]; next: number }> {
    const reader = this.parts.readers[partition];
    if (reader === undefined) throw this.noPartition(partition);
    return reader.page(from, limit);
  }

  /** As far as seen: exact for partitions of this process, else up to a second old; see {@link refreshTails}. */
  tails(): number[] {
    return this.parts.watches.map(({ tail }) => tail);
  }

  /** Looks where every partition's stream ends now. @throws JournalUnavailableError */
  async refreshTails(): Promise<void> {
    await Promise.all(this.parts.watches.map((watch) => (watch.isOwned ? undefined : watch.refresh())));
  }

  follow(wake: () => void): () => void {
    const stops = this.parts.watches.map((watch) => watch.listen(wake));
    return () => {
      for (const stop of stops) stop();
    };
  }

  edges(): Promise<Edge[]> {
    return this.parts.index.edges();
  }

  contractUse(): Promise<Record<string, Record<number, number>>> {
    return this.parts.index.contractUse();
  }

  status(): BackboneStatus {
    const { control, problems, member, watches } = this.parts;
    const { state } = control;
    if (state.model === 0) problems.say('model', noModel());
    else problems.solved('model');
    const own = problems.list();
    const codes = new Set(own.map(({ code }) => code));
    const list = [...own, ...(member?.status().problems ?? []).filter(({ code }) => !codes.has(code))];
    const regime = this.regime();
    return {
      ready: this.closing === undefined && list.every(({ code }) => code === 'clock-jump'),
      problems: list,
      epoch: Math.min(...watches.map(({ epochNow }) => epochNow)),
      modelRevision: regime.model,
      model: regime.models.get(regime.model)?.compiled.definition.model ?? '',
      trust: state.trust,
      partitions: member === undefined ? [] : [...member.status().partitions],
    };
  }

  /** Takes nothing more, sends what it has taken. Journal, store, projection and log stay open: they are its caller's. */
  close(): Promise<void> {
    return (this.closing ??= this.closeAll());
  }

  private async closeAll(): Promise<void> {
    const { sender, watches, control, index } = this.parts;
    await sender.close();
    await Promise.all(watches.map((watch) => watch.stop()));
    control.close();
    await index.close();
  }

  // ──────────────────────────────────────────────────────────────────────────────────────────────────────────────────

  private async sendOne({ event, authentication }: Submission): Promise<IntakePlace | TuttiError> {
    const { secret, sender, topic } = this.parts;
    try {
      const record = decisionRecord(event);
      if (authentication.how === 'token' && secret !== undefined) {
        record.headers[VOUCH_HEADER] = Buffer.from(vouchFor(authentication.participant, record, secret));
      }
      const partition = partitionOf(record.key.toString('utf8'), this.partitions);
      const offset = await sender.send(partition, record);
      if (offset instanceof TuttiError) return offset;
      this.ends[partition] = Math.max(this.ends[partition] ?? 0, offset + 1);
      return { topic, partition, offset };
    } catch (error) {
      return error instanceof TuttiError ? error : unavailable(String(error), error);
    }
  }

  /** @throws TuttiError `not-found` beyond the topic's end, `log-unavailable` */
  private async assertThere(partition: number, offset: number): Promise<void> {
    if (offset < (this.ends[partition] ?? 0)) return;
    const { end } = await this.parts.log.range(this.parts.topic, partition);
    this.ends[partition] = Math.max(this.ends[partition] ?? 0, end);
    if (offset >= end) throw noInput(partition, offset);
  }

  private async submitOne(submission: Submission): Promise<Answer | TuttiError> {
    const place = await this.sendOne(submission);
    if (place instanceof TuttiError) return place;
    const { partition, offset } = place;
    const { watches, submitWaitMs } = this.parts;
    try {
      const answer = await this.answerAt(watches[partition]!, partition, offset, submitWaitMs);
      return answer ?? pending(place, submitWaitMs);
    } catch (error) {
      return error instanceof TuttiError ? error : unavailable(String(error), error);
    }
  }

  /** The answer to an input that is in the topic; undefined where it takes longer. */
  private async answerAt(
    watch: PartitionWatch,
    partition: number,
    offset: number,
    waitMs: number,
  ): Promise<Answer | undefined> {
    const { clock, answers } = this.parts;
    if (!(await watch.answered(offset, (over) => clock.after(waitMs, over)))) return undefined;
    const found = await answers.find(partition, offset, watch.around(offset));
    if (found === undefined) throw noInput(partition, offset);
    return new JournaledAnswer(found.verdict, found.duplicate);
  }

  private regimeOf(partition: number): Regime {
    const { control, watches } = this.parts;
    // A barrier may be seen before the record of control that it passes.
    const regime = control.regime(watches[partition]!.epochNow);
    if (regime !== undefined && partition === 0) this.lastRegime = regime;
    return regime ?? this.lastRegime;
  }

  private noPartition(partition: number): TuttiError {
    return new TuttiError('not-found', `there is no partition ${partition}`, {
      mend: `Choose one from 0 to ${this.partitions - 1}.`,
    });
  }
}

function noInput(partition: number, offset: number): TuttiError {
  return new TuttiError('not-found', `partition ${partition} of the intake has no input at offset ${offset}`, {
    mend: 'Use partition and offset as the answer 202 or your producer names them.',
    facts: { partition, offset },
  });
}

function pending({ topic, partition, offset }: IntakePlace, waitMs: number): TuttiError {
  return new TuttiError('verdict-pending', `no verdict within ${waitMs} ms; the decision is durable and will get one`, {
    retryable: true,
    mend: `Ask GET /v1/inputs/${partition}/${offset}, or send the same decision again (same id).`,
    facts: { topic, partition, offset },
  });
}
