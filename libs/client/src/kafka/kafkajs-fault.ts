import { type FaultKind, KafkaFault } from './kafka-port.js';

/** What kafkajs throws, by the brokers' literal error types and its own class names. */
const KINDS: Readonly<Record<string, FaultKind>> = {
  TOPIC_AUTHORIZATION_FAILED: 'forbidden',
  GROUP_AUTHORIZATION_FAILED: 'forbidden',
  CLUSTER_AUTHORIZATION_FAILED: 'forbidden',
  SASL_AUTHENTICATION_FAILED: 'unauthenticated',
  UNSUPPORTED_SASL_MECHANISM: 'unauthenticated',
  KafkaJSSASLAuthenticationError: 'unauthenticated',
  UNKNOWN_TOPIC_OR_PARTITION: 'unknown-topic',
  INVALID_TOPIC_EXCEPTION: 'unknown-topic',
  MESSAGE_TOO_LARGE: 'too-large',
  RECORD_LIST_TOO_LARGE: 'too-large',
  KafkaJSNotImplemented: 'unreadable',
  KafkaJSConnectionError: 'unreachable',
  KafkaJSNoBrokerAvailableError: 'unreachable',
};

interface KafkaJsError {
  name?: string;
  type?: string;
  message?: string;
  cause?: unknown;
  errors?: unknown[];
}

/** What an error of kafkajs means; what is not known may have been taken. */
export function faultOf(error: unknown): KafkaFault {
  if (error instanceof KafkaFault) return error;
  let kind: FaultKind | undefined;
  let message = error instanceof Error ? error.message : String(error);
  for (let one = error as KafkaJsError | undefined, depth = 0; one !== undefined && depth < 8; depth++) {
    kind = KINDS[one.type ?? ''] ?? KINDS[one.name ?? ''] ?? kind;
    message = one.message ?? message;
    one = (one.cause ?? one.errors?.[0]) as KafkaJsError | undefined;
  }
  return new KafkaFault(kind ?? 'lost', message, error);
}

/** Does it, and throws what it throws as a {@link KafkaFault}. */
export async function faulting<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw faultOf(error);
  }
}
