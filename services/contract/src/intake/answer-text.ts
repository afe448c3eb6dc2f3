import type { DecisionEvent, ReasonCode, WireVerdict } from '@tutti/contracts';
import type { Answer } from '@tutti/runtime';

/** What a verdict's JSON text says at its beginning and its end, read without parsing what lies between. */
export interface Glance {
  accepted: boolean;
  /** Code of the first reason, of a refusal or an irregularity; absent where it was simply accepted. */
  code?: ReasonCode;
  /** `3-1207` */
  position: string;
}

const BEGINNING = /^\{"accepted":(true|false),"(?:by|hash|auth|(?:reasons|irregular)":\[\{"code":"([a-z-]+))"/;
const POSITION = ',"position":"';
const DECISION = ',"decision":';

/** Undefined where the text is not laid out as the journal lays it out: then the verdict itself has to be read. */
export function glanceAt(text: string): Glance | undefined {
  const found = BEGINNING.exec(text);
  const at = text.lastIndexOf(POSITION);
  if (found === null || at === -1) return undefined;
  const from = at + POSITION.length;
  const position = text.slice(from, text.indexOf('"', from));
  const accepted = found[1] === 'true';
  const code = found[2] as ReasonCode | undefined;
  if (!accepted && code === undefined) return undefined;
  return code === undefined ? { accepted, position } : { accepted, position, code };
}

/**
 * The text without its decision, which stands before the position as its sender wrote it.
 *
 * @param decision the event's JSON text, as kept; where it does not stand there, the answer is undefined
 */
export function withoutDecision(text: string, decision: string): string | undefined {
  const end = text.lastIndexOf(POSITION);
  const from = end - decision.length - DECISION.length;
  if (from < 0 || !text.startsWith(DECISION, from) || !text.startsWith(decision, from + DECISION.length))
    return undefined;
  return text.slice(0, from) + text.slice(end);
}

/** An answer as it goes out over HTTP. */
export interface Told extends Glance {
  answer: Answer;
  /** JSON of the verdict. */
  text: string;
  /** JSON text of the decision as it was sent now. */
  sent: string;
}

export function tell(answer: Answer, event: DecisionEvent): Told {
  const text = answer.text();
  return { answer, text, sent: event.encoded.text, ...(glanceAt(text) ?? glanceOf(answer.verdict)) };
}

/** JSON of the verdict without the decision, for senders who do not want it back. */
export function minimalText({ answer, text, sent }: Told): string {
  const short = withoutDecision(text, sent);
  if (short !== undefined) return short;
  const { decision: _, ...rest } = answer.verdict;
  return JSON.stringify(rest);
}

function glanceOf({ accepted, irregular, reasons, position }: WireVerdict): Glance {
  const code = (accepted ? irregular : reasons)?.[0]?.code;
  return code === undefined ? { accepted, position } : { accepted, position, code };
}
