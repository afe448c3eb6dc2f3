import type { WireVerdict } from '@tutti/contracts';
import type { TuttiError } from '@tutti/kernel';
import type { Answer } from '../backbone.js';
import type { AnswerSink } from '../partition/pending.js';
import type { JournaledVerdict } from '../reading/journaled-verdict.js';

/** An answer that makes the verdict outsiders read only when asked. */
export class JournaledAnswer implements Answer {
  private made: WireVerdict | undefined;

  constructor(
    private readonly journaled: JournaledVerdict,
    readonly duplicate: boolean,
  ) {}

  get accepted(): boolean {
    return this.journaled.verdict.accepted;
  }

  get verdict(): WireVerdict {
    return (this.made ??= this.journaled.wire());
  }

  text(): string {
    return this.journaled.text();
  }
}

/** Waits for one answer. */
export class OneAnswer implements AnswerSink {
  constructor(
    private readonly resolve: (answer: Answer) => void,
    private readonly reject: (error: TuttiError) => void,
  ) {}

  answer(_: number, verdict: JournaledVerdict, duplicate: boolean): void {
    this.resolve(new JournaledAnswer(verdict, duplicate));
  }

  fail(_: number, error: TuttiError): void {
    this.reject(error);
  }
}

/** Waits for the answers to many, in their order. */
export class ManyAnswers implements AnswerSink {
  private readonly answers: (Answer | TuttiError)[];
  private open: number;

  constructor(
    count: number,
    private readonly resolve: (answers: (Answer | TuttiError)[]) => void,
  ) {
    this.answers = Array.from({ length: count });
    this.open = count;
    if (count === 0) resolve(this.answers);
  }

  answer(index: number, verdict: JournaledVerdict, duplicate: boolean): void {
    this.put(index, new JournaledAnswer(verdict, duplicate));
  }

  fail(index: number, error: TuttiError): void {
    this.put(index, error);
  }

  private put(index: number, answer: Answer | TuttiError): void {
    this.answers[index] = answer;
    if (--this.open === 0) this.resolve(this.answers);
  }
}
