import type { MachineClock } from '../clock.port.js';
import type { Lease, Ownership } from '../ownership.port.js';
import { MemoryOwnership } from './memory-ownership.js';

/** A copy of the in-memory ownership with one defect: what the contract must find. */
export interface BrokenOwnership {
  readonly defect: string;
  make(clock: MachineClock): Ownership;
}

/** The zoo of the ownership port: every clause of its contract fails on at least one of these. */
export const brokenOwnerships: readonly BrokenOwnership[] = [
  changed('everybody gets the lease', () => ({ acquire: async (name, owner) => ({ name, owner, fence: 1n }) })),
  changed('all work is one', (whole) => ({
    acquire: async (name, owner, leaseMs) => {
      const lease = await whole.acquire('one', owner, leaseMs);
      return lease && { ...lease, name };
    },
    renew: (lease, leaseMs) => whole.renew({ ...lease, name: 'one' }, leaseMs),
    release: (lease) => whole.release({ ...lease, name: 'one' }),
  })),
  changed('who has the lease is refused it', (whole) => {
    const owners = new Map<string, string>();
    return {
      acquire: async (name, owner, leaseMs) => {
        if (owners.get(name) === owner) return undefined;
        const lease = await whole.acquire(name, owner, leaseMs);
        if (lease) owners.set(name, owner);
        return lease;
      },
    };
  }),
  changed('a lease never runs out', (whole) => ({ acquire: (name, owner) => whole.acquire(name, owner, Infinity) })),
  changed('renewing is a word', () => ({ renew: async () => true })),
  changed('nothing is renewed', (whole) => ({ renew: async (lease) => whole.renew(lease, 0) })),
  changed('a lease that has run out is not renewed', (whole, clock) => {
    const ends = new Map<string, number>();
    return {
      acquire: (name, owner, leaseMs) => {
        ends.set(name, clock.now() + leaseMs);
        return whole.acquire(name, owner, leaseMs);
      },
      renew: async (lease, leaseMs) => (ends.get(lease.name) ?? 0) > clock.now() && whole.renew(lease, leaseMs),
    };
  }),
  changed('nothing is freed', () => ({ release: async () => undefined })),
  changed('whoever asks frees the lease', (whole) => {
    const holders = new Map<string, Lease>();
    return {
      acquire: async (name, owner, leaseMs) => {
        const lease = await whole.acquire(name, owner, leaseMs);
        if (lease) holders.set(name, lease);
        return lease;
      },
      release: async (lease) => whole.release(holders.get(lease.name) ?? lease),
    };
  }),
];

function changed(defect: string, change: (whole: Ownership, clock: MachineClock) => Partial<Ownership>): BrokenOwnership {
  return {
    defect,
    make: (clock) => {
      const whole = new MemoryOwnership(clock);
      return {
        acquire: (name, owner, leaseMs) => whole.acquire(name, owner, leaseMs),
        renew: (lease, leaseMs) => whole.renew(lease, leaseMs),
        release: (lease) => whole.release(lease),
        ...change(whole, clock),
      };
    },
  };
}
