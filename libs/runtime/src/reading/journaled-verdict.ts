import {
  wireText,
  wireVerdict,
  type DecisionEvent,
  type Encoded,
  type Verdict,
  type WireVerdict,
} from '@tutti/contracts';

/** A verdict in its place in the journal. What outsiders read is made of it when they ask. */
export class JournaledVerdict {
  constructor(
    readonly partition: number,
    readonly revision: number,
    readonly verdict: Verdict,
    readonly encoded: Encoded,
    readonly event: DecisionEvent,
    /** Its record up to the decision's own bytes. */
    readonly head: string,
  ) {}

  wire(): WireVerdict {
    return wireVerdict(this.verdict, this.encoded, this.partition, this.revision, this.event);
  }

  /** The JSON text of {@link wire}, spliced from the record. */
  text(): string {
    return wireText(this.head, this.encoded, this.partition, this.revision);
  }
}
