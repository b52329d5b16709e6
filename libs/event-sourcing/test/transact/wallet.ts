import { type Aggregate, UnknownEventTypeError } from '../../src/aggregate.js';
import { accepted, type Decision, type Fact, rejected } from '../../src/decision.js';

export type Deposited = Fact<'Deposited', { readonly deposit: string; readonly amount: number; readonly expiresAt: number }>;
export type Spent = Fact<'Spent', { readonly purchase: string }>;
export type ReceiptWritten = Fact<'ReceiptWritten', { readonly purchase: string; readonly left: number }>;
export type DepositExpired = Fact<'DepositExpired', { readonly deposit: string; readonly amount: number; readonly at: number }>;
export type WalletFact = Deposited | Spent | ReceiptWritten | DepositExpired;

export interface Wallet {
  readonly deposits: readonly { readonly deposit: string; readonly left: number; readonly expiresAt: number }[];
  readonly spent: number;
}

export type WalletRefusal = 'empty';

/** A purse of coins that expire: the smallest thing that has all that `transact` deals with. */
export const wallet: Aggregate<Wallet, WalletFact> = {
  prefix: 'wallet-',
  initial: { deposits: [], spent: 0 },
  evolve(state, event) {
    const fact = event as WalletFact;
    switch (fact.type) {
      case 'Deposited': {
        const { deposit, amount, expiresAt } = fact.data;
        return { ...state, deposits: [...state.deposits, { deposit, left: amount, expiresAt }] };
      }
      case 'Spent': {
        const [first, ...others] = state.deposits;
        if (first === undefined) throw new Error('spent from nothing');
        const rest = first.left > 1 ? [{ ...first, left: first.left - 1 }] : [];
        return { deposits: [...rest, ...others], spent: state.spent + 1 };
      }
      case 'DepositExpired': {
        const { deposit, amount } = fact.data;
        const expired = state.deposits.find((one) => one.deposit === deposit);
        if (expired?.left !== amount) throw new Error(`deposit ${deposit} expires with ${amount}, has ${expired?.left}`);
        return { ...state, deposits: state.deposits.filter((one) => one !== expired) };
      }
      case 'ReceiptWritten':
        return state;
      default:
        throw new UnknownEventTypeError(event.type);
    }
  },
  settle(state, now) {
    return state.deposits
      .filter(({ expiresAt }) => expiresAt <= now)
      .map(({ deposit, left, expiresAt }) => ({
        type: 'DepositExpired',
        data: { deposit, amount: left, at: expiresAt },
        cause: `expired:${deposit}`,
      }));
  },
  sizeOf: (state) => 100 + 100 * state.deposits.length,
};

const NEVER = 8e15;

export function deposit(id: string, amount: number, expiresAt = NEVER): Decision<Wallet, WalletFact, WalletRefusal> {
  return () => accepted({ type: 'Deposited', data: { deposit: id, amount, expiresAt } });
}

/** Two facts, the second under a cause of its own. */
export function spend(purchase: string): Decision<Wallet, WalletFact, WalletRefusal> {
  return (state) => {
    const left = coins(state);
    if (left === 0) return rejected('empty');
    return accepted<WalletFact>(
      { type: 'Spent', data: { purchase } },
      { type: 'ReceiptWritten', data: { purchase, left: left - 1 }, cause: `receipt:${purchase}` },
    );
  };
}

export function coins({ deposits }: Wallet): number {
  return deposits.reduce((sum, { left }) => sum + left, 0);
}
