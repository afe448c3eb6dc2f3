import { formatTime, type Json, type JsonObject } from '@tutti/kernel';
import { v7 as uuidv7 } from 'uuid';
import type { Decision, DecisionName } from './decision.js';
import { NotRecordedError } from './errors.js';
import type { Signer } from './signer.js';

/** A decision as it is sent: the same bytes at every attempt. */
export interface Envelope {
  name: DecisionName;
  /** CloudEvents 1.0, structured JSON. */
  json: string;
  /** The same as a value. */
  event: JsonObject;
  /** Whether the writer gave the id: then the same decision may come again from another process. */
  ownId: boolean;
  /** Attributes that may differ when the same decision is written again. */
  filledIn: ReadonlySet<string>;
}

export interface EnvelopeContext {
  participant: string | undefined;
  signer: Signer | undefined;
  /** Sequence to decide on where the decision does not say. */
  basedOn: number | undefined;
  nowMs: number;
}

/**
 * The event of a decision.
 *
 * @throws NotRecordedError `malformed` where it does not say whose it is, or is `exact` on nothing
 */
export function envelopeOf(decision: Decision, context: EnvelopeContext): Envelope {
  const participant = decision.participant ?? context.participant;
  if (participant === undefined) {
    throw new NotRecordedError('malformed', `whose decision is ${decision.type} ${decision.subject}?`, {
      mend: 'give `connect` a participant',
    });
  }
  const basedOn = decision.basedOn === undefined ? context.basedOn : (decision.basedOn ?? undefined);
  if (decision.exact === true && basedOn === undefined) {
    throw new NotRecordedError('malformed', `${decision.type} ${decision.subject} is exact on no sequence`, {
      mend: 'give `basedOn`, or read the subject first',
    });
  }
  const name = {
    id: decision.id ?? uuidv7(),
    type: decision.type,
    subject: decision.subject,
    source: `/participants/${participant}`,
    time: timeOf(decision.time, context.nowMs),
  };
  const event: JsonObject = { specversion: '1.0', ...name };
  const { contract } = decision;
  if (contract !== undefined) {
    event['dataschema'] = typeof contract === 'number' ? `tutti:${decision.type}/${contract}` : contract;
  }
  if (basedOn !== undefined) event['basedon'] = basedOn;
  if (decision.exact === true) event['exact'] = true;
  if (decision.causationId !== undefined) event['causationid'] = decision.causationId;
  if (decision.traceparent !== undefined) event['traceparent'] = decision.traceparent;
  if (decision.data !== undefined) event['data'] = decision.data as Json;
  if (context.signer !== undefined && participant === context.participant) {
    event['signature'] = context.signer.sign(event);
  }
  const filledIn = new Set(['signature', 'traceparent', 'datacontenttype']);
  if (decision.time === undefined) filledIn.add('time');
  if (decision.basedOn === undefined) filledIn.add('basedon');
  return { name, json: JSON.stringify(event), event, ownId: decision.id !== undefined, filledIn };
}

/** What the writer of a decision said, without what the client filled in: the same text = the same decision again. */
export function saidBy(decision: Decision): string {
  const { time, ...rest } = decision;
  return JSON.stringify({ ...rest, time: time instanceof Date ? time.toISOString() : time });
}

function timeOf(time: string | Date | undefined, nowMs: number): string {
  if (typeof time === 'string') return time;
  return formatTime(time?.getTime() ?? nowMs);
}
