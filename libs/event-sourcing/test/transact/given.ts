import { SettableClock } from '../../src/settable.clock.js';
import { ManualMachineClock } from '../../src/testing/manual.clock.js';
import { createTransactor, type TransactorOptions } from '../../src/transact.js';
import type { Outcome, Transaction } from '../../src/transact.port.js';
import type { Fate, Fault } from './faulty.store.js';
import { WatchedStore } from './watched.store.js';
import { deposit, spend, type Wallet, wallet, type WalletFact, type WalletRefusal } from './wallet.js';

export const NOON = Date.UTC(2026, 0, 1, 12);
export const STREAM = 'wallet-ann';

export type Command = Transaction<Wallet, WalletFact, WalletRefusal>;
export type Answer = Outcome<Wallet, WalletRefusal>;

export function setUp(options: Partial<TransactorOptions<Wallet, WalletFact>> = {}) {
  const store = new WatchedStore(true);
  const clock = new SettableClock({ now: () => NOON });
  const machineClock = new ManualMachineClock();
  const warnings: string[] = [];
  const settings = {
    aggregate: wallet,
    store,
    clock,
    machineClock,
    cacheBytes: 1e6,
    log: { warn: (_: object, message: string) => warnings.push(message) },
  };
  return { store, clock, machineClock, warnings, settings, transactor: createTransactor({ ...settings, ...options }) };
}

export function depositing(id: string, amount: number, expiresAt?: number): Command {
  return { id: 'ann', cause: `request:deposit:${id}`, requestHash: `deposit ${amount}`, decide: deposit(id, amount, expiresAt) };
}

export function spending(purchase: string): Command {
  return { id: 'ann', cause: `request:spend:${purchase}`, requestHash: 'spend', decide: spend(purchase) };
}

/** Fates in the order given; afterwards all goes well. */
export function fates(...faults: Fault[]): (operation: 'append' | 'read') => Fate {
  return (operation) => ({ fault: (operation === 'append' ? faults.shift() : undefined) ?? 'none', delayMs: 1, lateMs: 60 });
}

export function kinds(answers: readonly Answer[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const { kind } of answers) counts[kind] = (counts[kind] ?? 0) + 1;
  return counts;
}
