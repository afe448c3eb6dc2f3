import {
  misroutedIn,
  readEvent,
  unreadEvent,
  vouchedParticipant,
  type Authentication,
  type DecisionEvent,
  type Input,
  type ReceivedEvent,
} from '@tutti/contracts';
import { partitionOf } from '@tutti/kernel';
import { subjectOf } from '../partition/pending.js';
import type { LogRecord } from '../ports/log.js';

/** What the records of a partition of the intake topic are read by. */
export interface IntakeRules {
  topic: string;
  partition: number;
  /** Partitions of the space. */
  partitions: number;
  /** Shared with the gateways that vouch for sources; undefined: nobody's vouch is believed. */
  gatewaySecret: string | undefined;
}

/** An input, and the subject it changes: '' where none could be read, or where it belongs to another partition. */
export interface ReadInput {
  input: Input;
  subject: string;
}

/**
 * The input that a record of the intake topic is (SURFACE §4.5). Every record is one: what cannot be read, was deleted,
 * or lies in the wrong place gets its verdict all the same. Never throws.
 */
export function readInput(record: LogRecord, rules: IntakeRules): ReadInput {
  return inputOf(readEvent(receivedOf(record)), record, rules);
}

/** The same without looking into the record. */
export function unreadInput(record: LogRecord, rules: IntakeRules): ReadInput {
  return inputOf(unreadEvent(receivedOf(record)), record, rules);
}

const NOTHING = Buffer.alloc(0);

function receivedOf({ key, value, headers }: LogRecord): ReceivedEvent {
  const bytes = value ?? NOTHING;
  if (headers['ce_specversion'] === undefined) return { mode: 'structured', bytes, key };
  return { mode: 'binary', headers, bytes, key };
}

const NOBODY: Authentication = Object.freeze({ how: 'none' });

function inputOf(event: DecisionEvent, record: LogRecord, rules: IntakeRules): ReadInput {
  const { topic, partition, partitions, gatewaySecret } = rules;
  const { key, offset, timestampMs } = record;
  const participant = gatewaySecret === undefined ? undefined : vouchedParticipant(record, gatewaySecret);
  const input: Input = {
    event,
    authentication: participant === undefined ? NOBODY : { how: 'token', participant },
    road: { topic, partition, offset },
    atMs: Math.max(0, Math.floor(timestampMs)),
  };
  const subject = subjectOf(input);
  if (event.readable) {
    const misrouted = misroutedIn(subject, { key, partition, partitions });
    if (misrouted !== undefined) input.misrouted = misrouted;
  }
  return { input, subject: subject !== '' && partitionOf(subject, partitions) === partition ? subject : '' };
}
