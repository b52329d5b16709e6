/** The store is away or overloaded, or there is no room to receive into: the same call may succeed later. Named as everybody names an engine that is away. */
export class StoreAwayError extends Error {
  override readonly name = 'EngineUnavailableError';
}
