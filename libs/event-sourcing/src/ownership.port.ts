/** What its owner holds of a lease. Of two that name the same work, the one with the higher `fence` was given later. */
export interface Lease {
  /** The piece of work. */
  readonly name: string;
  /** Who has it: an id of one process's life. */
  readonly owner: string;
  /** Grows with every `acquire` that succeeded, for ever. */
  readonly fence: bigint;
}

/**
 * Which process does a piece of work that one is enough for. A lease is for calm, not for safety: for a moment two may believe that
 * they have it (one was frozen), so what they write must be fenced by itself, by checkpoints and causes. All calls throw
 * EngineUnavailableError where the engine is away; then what was asked may have happened.
 */
export interface Ownership {
  /** Gives the lease where it is free, has run out by the engine's clock, or is the owner's own; undefined where somebody else has it. */
  acquire(name: string, owner: string, leaseMs: number): Promise<Lease | undefined>;
  /** Lets it run for another `leaseMs` from now; false where it was given away since, or released. */
  renew(lease: Lease, leaseMs: number): Promise<boolean>;
  /** Frees it at once. Nothing happens where it was given away since. */
  release(lease: Lease): Promise<void>;
}
