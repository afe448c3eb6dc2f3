import { TuttiError } from '@tutti/kernel';

/** What kafkajs and @platformatic/kafka put on their errors, as far as we read it. */
interface KafkaFault {
  name?: string;
  message?: string;
  /** Name of the protocol's error code, in kafkajs. */
  type?: string;
  /** The same in @platformatic/kafka. */
  apiId?: string;
  /** Node's code of a connection that failed. */
  code?: string | number;
  cause?: unknown;
  /** Of several requests, what went wrong with each. */
  errors?: unknown[];
}

const refusedTypes = /_AUTHORIZATION_FAILED$|^SASL_|_SASL_|^SECURITY_DISABLED$/;
const tlsCodes = /^(ERR_TLS|ERR_SSL|CERT_|UNABLE_TO_|DEPTH_ZERO|SELF_SIGNED|HOSTNAME_MISMATCH|EPROTO$)/;
const tooLargeTypes = new Set(['MESSAGE_TOO_LARGE', 'RECORD_LIST_TOO_LARGE']);
const unknownTypes = new Set(['UNKNOWN_TOPIC_OR_PARTITION', 'INVALID_TOPIC_EXCEPTION', 'UNKNOWN_TOPIC_ID']);

/**
 * An error of kafkajs, or of @platformatic/kafka, as one of ours.
 *
 * @returns TuttiError `unknown-topic`, `too-large`, `log-refused`, or `log-unavailable` (retryable) for all the rest
 */
export function kafkaError(error: unknown, where: string): TuttiError {
  if (error instanceof TuttiError) return error;
  const faults = faultsOf(error);
  const message = faults.at(-1)?.message ?? String(error);
  const has = (test: (fault: KafkaFault) => boolean): boolean => faults.some(test);
  if (has((fault) => tooLargeTypes.has(typeOf(fault)))) {
    return new TuttiError('too-large', `a record is larger than ${where} takes: ${message}`, {
      where,
      mend: 'Raise max.message.bytes of the topic, or send less.',
      cause: error,
    });
  }
  if (has((fault) => unknownTypes.has(typeOf(fault)) || isUnknownTopic(fault))) {
    return new TuttiError('unknown-topic', `there is no topic ${where}`, {
      where,
      mend: 'Create it first: tutti topics.',
      cause: error,
    });
  }
  if (has(isRefusal)) {
    return new TuttiError('log-refused', `Kafka refuses: ${message}`, {
      where,
      mend: 'Check the user, the password, the certificates and the ACLs.',
      cause: error,
    });
  }
  return new TuttiError('log-unavailable', `Kafka does not answer: ${message}`, {
    where,
    mend: 'See that the brokers run and can be reached.',
    retryable: true,
    cause: error,
  });
}

function typeOf({ type, apiId }: KafkaFault): string {
  return type ?? apiId ?? '';
}

/** @platformatic/kafka has no code for it. */
function isUnknownTopic({ code, message }: KafkaFault): boolean {
  return code === 'PLT_KFK_USER' && message?.startsWith('Unknown topic') === true;
}

function isRefusal(fault: KafkaFault): boolean {
  const { name, code } = fault;
  return (
    name === 'KafkaJSSASLAuthenticationError' ||
    code === 'PLT_KFK_AUTHENTICATION' ||
    refusedTypes.test(typeOf(fault)) ||
    (typeof code === 'string' && tlsCodes.test(code))
  );
}

/** The error, then what caused it, down to the first cause. */
function faultsOf(error: unknown): KafkaFault[] {
  const faults: KafkaFault[] = [];
  for (let at = error as KafkaFault | undefined; at instanceof Error && !faults.includes(at);) {
    faults.push(at);
    const { cause, errors } = at as KafkaFault;
    at = (cause ?? errors?.[0]) as KafkaFault | undefined;
  }
  return faults;
}
