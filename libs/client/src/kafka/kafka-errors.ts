import { TuttiError } from '@tutti/kernel';
import type { DecisionName } from '../decision.js';
import { NotRecordedError, TimeoutError, UnavailableError } from '../errors.js';
import type { KafkaFault } from './kafka-port.js';

/** The error of a call that a fault ended for good. */
export function errorOf(fault: KafkaFault, where: string): TuttiError {
  switch (fault.kind) {
    case 'forbidden':
      return new NotRecordedError('forbidden', fault.message, {
        where,
        mend: 'ask an operator for the rights on this topic (docs: from one machine to many)',
        cause: fault,
      });
    case 'unauthenticated':
      return new NotRecordedError('unauthenticated', fault.message, {
        where,
        mend: 'give `kafka.sasl` what the brokers know this participant by, or `kafka.tls` its certificate',
        cause: fault,
      });
    case 'too-large':
      return new NotRecordedError('too-large', fault.message, {
        where,
        mend: 'keep documents elsewhere and send their address and hash',
        cause: fault,
      });
    case 'unknown-topic':
      return new TuttiError('unknown-topic', fault.message, {
        where,
        mend: 'check `kafka.space`; an operator makes its topics with: tutti topics',
        cause: fault,
      });
    case 'unreadable':
      return new TuttiError('topic-unreadable', fault.message, {
        where,
        mend: 'register the codec its records are compressed with (kafkajs: CompressionCodecs), or read over HTTP',
        cause: fault,
      });
    case 'unreachable':
    case 'lost':
      return unreachable(fault, where);
    default:
      return fault.kind satisfies never;
  }
}

/** The error of a decision that no broker took until its time was over. */
export function gaveUp(
  name: DecisionName,
  timeoutMs: number,
  fault: KafkaFault | undefined,
  mayBeTaken: boolean,
): TuttiError {
  if (mayBeTaken) return new TimeoutError(name, timeoutMs, fault);
  return unreachable(fault, `${name.type} ${name.subject}`, timeoutMs);
}

function unreachable(fault: KafkaFault | undefined, where: string, timeoutMs?: number): UnavailableError {
  const within = timeoutMs === undefined ? '' : ` within ${timeoutMs} ms`;
  const why = fault === undefined ? '' : `: ${fault.message}`;
  return new UnavailableError(`the brokers were not reached${within}${why}`, {
    where,
    mend: 'check `kafka.brokers`; the same id may be sent again',
    cause: fault,
  });
}
