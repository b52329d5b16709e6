/** Kafka is away or overloaded for now; the same call may succeed later and is safe to repeat. Known by its name to other libraries. */
export class EngineUnavailableError extends Error {
  override readonly name: string = 'EngineUnavailableError';
}

/** The adapter makes no topics by itself: their settings are decided by people. */
export class MissingTopicError extends Error {
  override readonly name: string = 'MissingTopicError';

  constructor(topic: string) {
    super(`the topic ${topic} does not exist on the brokers: make it with \`credits topics create\``);
  }
}

interface KafkaFailure {
  readonly name?: string;
  readonly type?: string;
  readonly code?: string | number;
  readonly retriable?: boolean;
  readonly cause?: unknown;
  readonly errors?: readonly unknown[];
}

/** What no waiting will change: the request itself, or who asks. */
const permanent = new Set([
  'MESSAGE_TOO_LARGE',
  'RECORD_LIST_TOO_LARGE',
  'INVALID_TOPIC_EXCEPTION',
  'INVALID_REQUIRED_ACKS',
  'TOPIC_AUTHORIZATION_FAILED',
  'GROUP_AUTHORIZATION_FAILED',
  'CLUSTER_AUTHORIZATION_FAILED',
  'TRANSACTIONAL_ID_AUTHORIZATION_FAILED',
  'INVALID_SESSION_TIMEOUT',
  'INCONSISTENT_GROUP_PROTOCOL',
  'UNSUPPORTED_VERSION',
  'UNSUPPORTED_SASL_MECHANISM',
  'SASL_AUTHENTICATION_FAILED',
  'POLICY_VIOLATION',
  'INVALID_CONFIG',
]);
const permanentNames = new Set([
  'KafkaJSSASLAuthenticationError',
  'KafkaJSNotImplemented',
  'KafkaJSUnsupportedMagicByteInMessageSet',
  'MissingTopicError',
]);
const bugs = new Set(['TypeError', 'RangeError', 'ReferenceError', 'SyntaxError', 'AssertionError']);

/** The errors that an error was made of, outermost first. */
function chainOf(error: unknown): readonly KafkaFailure[] {
  const chain: KafkaFailure[] = [];
  let at: unknown = error;
  while (at !== null && typeof at === 'object' && chain.length < 10) {
    const failure = at as KafkaFailure;
    chain.push(failure);
    at = failure.errors?.[0] ?? failure.cause;
  }
  return chain;
}

/** Whether waiting cannot help: the request is refused for what it is, or there is a bug. */
export function isPermanent(error: unknown): boolean {
  return chainOf(error).some(
    ({ name = '', type = '' }) => permanent.has(type) || permanentNames.has(name) || (bugs.has(name) && chainOf(error).length === 1),
  );
}

/** Whether the brokers refuse a record for its size. */
export function isTooLarge(error: unknown): boolean {
  return chainOf(error).some(({ type = '' }) => type === 'MESSAGE_TOO_LARGE' || type === 'RECORD_LIST_TOO_LARGE');
}

/** Whether the brokers say that they have no such topic. */
export function isUnknownTopic(error: unknown): boolean {
  return chainOf(error).some(({ name, type }) => type === 'UNKNOWN_TOPIC_OR_PARTITION' || name === 'KafkaJSTopicMetadataNotLoaded');
}

/** The error that a caller of the port is to see. */
export function asEngineTrouble(what: string, error: unknown): Error {
  if (error instanceof EngineUnavailableError || error instanceof MissingTopicError) return error;
  const said = error instanceof Error ? error.message : String(error);
  if (chainOf(error).some(({ name }) => name === 'KafkaJSSASLAuthenticationError'))
    return new Error(`${what}: the brokers refuse the login, see KAFKA_SASL_USERNAME and its like: ${said}`, { cause: error });
  if (isPermanent(error)) return new Error(`${what}: ${said}`, { cause: error });
  return new EngineUnavailableError(`${what}: ${said}`, { cause: error });
}
