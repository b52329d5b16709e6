import type { MachineClock } from '../clock.port.js';
import type { Lease, Ownership } from '../ownership.port.js';

interface Held {
  readonly owner: string;
  readonly fence: bigint;
  readonly until: number;
}

/** Leases in memory, by the clock given; several owners in one process share one. */
export class MemoryOwnership implements Ownership {
  private readonly held = new Map<string, Held>();

  constructor(private readonly clock: MachineClock) {}

  async acquire(name: string, owner: string, leaseMs: number): Promise<Lease | undefined> {
    const held = this.held.get(name);
    if (held && held.owner !== owner && held.until > this.clock.now()) return undefined;
    const fence = (held?.fence ?? 0n) + 1n;
    this.held.set(name, { owner, fence, until: this.clock.now() + leaseMs });
    return { name, owner, fence };
  }

  async renew({ name, owner, fence }: Lease, leaseMs: number): Promise<boolean> {
    const held = this.held.get(name);
    if (held?.owner !== owner || held.fence !== fence || held.until === -Infinity) return false;
    this.held.set(name, { owner, fence, until: this.clock.now() + leaseMs });
    return true;
  }

  async release({ name, owner, fence }: Lease): Promise<void> {
    const held = this.held.get(name);
    if (held?.owner === owner && held.fence === fence) this.held.set(name, { owner, fence, until: -Infinity });
  }
}
