/** Every way a request can be refused: its stable code, HTTP status and title. RFC 9457 problem details are made from here alone. */
export const problems = {
  'bad-request': [400, 'The request is not well formed'],
  'invalid-body': [400, 'The body does not have the right shape'],
  'idempotency-key-required': [400, 'This request needs an Idempotency-Key header'],
  'invalid-idempotency-key': [400, 'The Idempotency-Key is not 1 to 255 visible characters'],
  'invalid-cursor': [400, 'The cursor is not one that this list gave'],
  'invalid-position': [400, 'The position is not one that this service gave'],
  'not-a-cloud-event': [400, 'The body is not a CloudEvent 1.0 in structured mode'],
  unauthenticated: [401, 'No valid key or token'],
  'insufficient-credits': [402, 'No credit is left'],
  'cross-site': [403, 'A session changes things from our own pages only'],
  'missing-scope': [403, 'The key lacks the scope for this'],
  'invalid-signature': [403, 'The signed address is wrong or has expired'],
  'not-found': [404, 'There is no such thing here'],
  'unknown-room': [404, 'There is no such room'],
  'unknown-artwork': [404, 'This account has no such artwork'],
  'unknown-video': [404, 'There is no such video'],
  'unknown-allotment': [404, 'This account has no such allotment'],
  'method-not-allowed': [405, 'The route does not take this method'],
  'already-started': [409, 'A worker has started this video'],
  'not-ready': [409, 'The video is not ready'],
  'nothing-to-revoke': [409, 'Nothing is left of this allotment'],
  'idempotency-key-in-use': [409, 'A request with this key is being worked on'],
  'rebuild-overtaken': [409, 'Another rebuild of this read model was begun, and goes on'],
  'clock-cannot-go-back': [409, 'The test clock never goes back'],
  'payload-too-large': [413, 'The body is too large'],
  'unsupported-media-type': [415, 'The content type is not one that this route takes'],
  'unreadable-picture': [422, 'The file is not a picture that can be used'],
  'idempotency-key-reused': [422, 'The key was used for a request of other content'],
  parked: [422, 'The event cannot be right and was set aside with its reason'],
  'invalid-grant': [422, 'The grant cannot be right'],
  'range-not-satisfiable': [416, 'The range lies outside the file'],
  'too-many-streams': [429, 'So many streams are open that no more are taken'],
  internal: [500, 'Something broke here; it has been logged'],
  'read-model-behind': [503, 'The view has not caught up with that position yet'],
  'store-unavailable': [503, 'An engine that this needs is away; nothing is lost, try again'],
} as const satisfies Record<string, readonly [status: number, title: string]>;

export type ProblemCode = keyof typeof problems;

/** An expected refusal: a code and the facts that explain it. They become members of the problem document. */
export interface Refusal {
  readonly code: ProblemCode;
  readonly detail?: string;
  readonly [fact: string]: unknown;
}
