import {
  type Authentication,
  type DecisionEvent,
  type Input,
  type Regime,
  type SubjectState,
  type WireVerdict,
} from '@tutti/contracts';
import { partitionOf, TuttiError } from '@tutti/kernel';
import type { CompiledModel, ModelDefinition } from '@tutti/model';
import type { Answer, Backbone, BackboneStatus, Edge, Submission } from '../backbone.js';
import type { RecordedTime } from '../clock/recorded-time.js';
import { appendAct } from '../control/append-act.js';
import type { ControlState } from '../control/control-state.js';
import type { ControlStream } from '../control/control-stream.js';
import type { ModelCache } from '../control/model-cache.js';
import type { OperatorAct } from '../control/operator-act.js';
import { regimeBefore } from '../control/regime-at.js';
import type { Opener } from '../opener/opener.js';
import { dryRun } from '../partition/dry-run.js';
import type { PartitionTask } from '../partition/partition-task.js';
import { subjectOf, type AnswerSink } from '../partition/pending.js';
import { unavailable } from '../partition/unavailable.js';
import { visitSubject } from '../partition/visit-subject.js';
import type { Journal } from '../ports/journal.js';
import type { SubjectStore } from '../ports/store.js';
import { noModel } from '../problems/no-model.js';
import type { Problems } from '../problems/problems.js';
import { verdictsOf } from '../reading/block-shelf.js';
import type { DecisionIndex } from '../reading/decision-index.js';
import { findAtPlaces, findOnSubject, HISTORY_LIMIT } from '../reading/find-decision.js';
import { VerdictReader } from '../reading/verdict-reader.js';
import { ManyAnswers, OneAnswer } from './answers.js';

/** What the backbone in one process consists of; all of it is closed with it. */
export interface Parts {
  journal: Journal;
  store: SubjectStore;
  index: DecisionIndex;
  control: ControlStream;
  opener: Opener;
  tasks: readonly PartitionTask[];
  time: RecordedTime;
  problems: Problems;
  models: ModelCache;
}

/** The backbone with every partition in this process; see {@link Backbone}. */
export class LocalBackbone implements Backbone {
  readonly space: string;
  readonly partitions: number;
  private readonly readers: readonly VerdictReader[];
  private readonly before: Regime;
  private closing: Promise<void> | undefined;

  constructor(private readonly parts: Parts) {
    const { control, tasks, journal } = parts;
    this.space = control.state.space;
    this.partitions = tasks.length;
    this.readers = tasks.map(({ partition }) => new VerdictReader(journal, partition));
    this.before = regimeBefore(control.state);
  }

  submit(event: DecisionEvent, authentication: Authentication): Promise<Answer> {
    return new Promise((resolve, reject) => {
      this.offer(event, authentication, this.parts.time.now(), new OneAnswer(resolve, reject), 0);
    });
  }

  submitAll(submissions: readonly Submission[]): Promise<(Answer | TuttiError)[]> {
    return new Promise((resolve) => {
      const sink = new ManyAnswers(submissions.length, resolve);
      const atMs = this.parts.time.now();
      for (let index = 0; index < submissions.length; index++) {
        const { event, authentication } = submissions[index]!;
        this.offer(event, authentication, atMs, sink, index);
      }
    });
  }

  async dryRun(event: DecisionEvent, authentication: Authentication): Promise<WireVerdict> {
    const input: Input = { event, authentication, road: { via: 'http' }, atMs: this.parts.time.now() };
    const task = this.taskOf(subjectOf(input));
    const { regime } = task;
    if (regime === undefined) throw noModel();
    return task.visit((subjects, shelf) => dryRun(input, task.partition, regime, subjects, shelf));
  }

  regime(): Regime {
    return this.parts.tasks[0]!.regime ?? this.before;
  }

  control(): ControlState {
    return this.parts.control.state;
  }

  async operate(act: OperatorAct, ifRevision?: number): Promise<{ controlRevision: number; effectiveEpoch: number }> {
    const { control, time, models, opener } = this.parts;
    const done = await appendAct(control, act, ifRevision, time.now(), models.compile);
    opener.look();
    return done;
  }

  async inForce(epoch: number): Promise<void> {
    await Promise.all(this.parts.tasks.map((task) => task.inForce(epoch)));
  }

  subject(id: string): Promise<SubjectState | undefined> {
    return visitSubject(this.taskOf(id), this.parts.store, id);
  }

  async history(id: string, after = -1, limit = HISTORY_LIMIT): Promise<WireVerdict[]> {
    const task = this.taskOf(id);
    const state = await this.subject(id);
    if (state === undefined) return [];
    const { tail } = task;
    const revisions = state.log.revisions().filter((revision) => revision > after && revision <= tail);
    return this.readers[task.partition]!.all(revisions.slice(0, limit));
  }

  async findDecision(participant: string, id: string, subject?: string): Promise<WireVerdict[]> {
    const source = `/participants/${participant}`;
    if (subject === undefined) {
      return findAtPlaces(this.readers, await this.parts.index.find(source, id), source, id);
    }
    const state = await this.subject(subject);
    if (state === undefined) return [];
    return findOnSubject(this.readers[this.taskOf(subject).partition]!, state, source, id);
  }

  async verdict(partition: number, revision: number): Promise<WireVerdict | undefined> {
    return (await this.readers[partition]?.at(revision))?.wire();
  }

  async verdicts(partition: number, from: number, limit: number): Promise<{ verdicts: WireVerdict[]; next: number }> {
    const reader = this.readers[partition];
    if (reader === undefined) {
      throw new TuttiError('not-found', `there is no partition ${partition}`, {
        mend: `Choose one from 0 to ${this.partitions - 1}.`,
      });
    }
    return reader.page(from, limit);
  }

  tails(): number[] {
    return this.parts.tasks.map(({ tail }) => tail);
  }

  follow(wake: () => void): () => void {
    const stops = this.parts.tasks.map(({ partition }) => this.parts.journal.follow(verdictsOf(partition), wake));
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

  compile(definition: ModelDefinition): CompiledModel {
    return this.parts.models.compile(definition);
  }

  status(): BackboneStatus {
    const { control, tasks, time, problems } = this.parts;
    const { state } = control;
    if (time.jumped) problems.say('clock', clockJump());
    else problems.solved('clock');
    if (state.model === 0) problems.say('model', noModel());
    else problems.solved('model');
    const list = problems.list();
    const regime = this.regime();
    return {
      ready: this.closing === undefined && list.every(({ code }) => code === 'clock-jump'),
      problems: list,
      epoch: Math.min(...tasks.map((task) => task.regime?.epoch ?? 0)),
      modelRevision: regime.model,
      model: regime.models.get(regime.model)?.compiled.definition.model ?? '',
      trust: state.trust,
      partitions: tasks.map((task) => task.status()),
    };
  }

  close(): Promise<void> {
    return (this.closing ??= this.closeAll());
  }

  private async closeAll(): Promise<void> {
    const { opener, tasks, control, index, journal, store } = this.parts;
    await opener.stop();
    await Promise.all(tasks.map((task) => task.close()));
    control.close();
    await index.close();
    await store.close();
    await journal.close();
  }

  private offer(
    event: DecisionEvent,
    authentication: Authentication,
    atMs: number,
    sink: AnswerSink,
    index: number,
  ): void {
    const input: Input = { event, authentication, road: { via: 'http' }, atMs };
    const subject = subjectOf(input);
    try {
      const task = this.taskOf(subject);
      if (task.regime === undefined && this.parts.control.state.model === 0) throw noModel();
      task.offer({ input, subject, sink, index });
    } catch (error) {
      sink.fail(index, error instanceof TuttiError ? error : unavailable(String(error), error));
    }
  }

  private taskOf(subject: string): PartitionTask {
    return this.parts.tasks[partitionOf(subject, this.partitions)]!;
  }
}

function clockJump(): TuttiError {
  return new TuttiError('clock-jump', 'the clock has jumped forward by over an hour; times are recorded without it', {
    mend: 'Set the clock right, or wait ten minutes: then the jump is followed.',
  });
}
