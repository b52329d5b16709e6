import { type AllotmentShown, type GrantSource, type Source, iso } from './steps.js';

/** A set of credits. `closed` is why and when it ended before or at its end; while null it may still be used. */
export interface Allotment {
  readonly id: number;
  readonly source: Source;
  readonly quantity: number;
  remaining: number;
  readonly validFrom: number;
  /** For a plan set the end of its cycle as written. */
  readonly expiresAt: number | null;
  readonly plan: { readonly subscriptionId: string; readonly periodStart: number; readonly cycleStart: number } | null;
  readonly paymentId: string | null;
  closed: 'expired' | 'revoked' | null;
  revokedBySupport: boolean;
}

export type FactKind = 'allotted' | 'consumed' | 'returned' | 'expired' | 'revoked';

/** One line of the model's ledger: `credits` credits moved at `at`, for a cause that no other line of its kind has. */
export interface Fact {
  readonly kind: FactKind;
  readonly allotment: number;
  readonly credits: number;
  readonly at: number;
  readonly cause: string;
  readonly video: string | null;
}

const rank: Readonly<Record<Source, number>> = { plan: 0, trial: 0, purchase: 1, goodwill: 2 };

/** All allotments of an account and every movement in them. */
export class AccountBook {
  readonly allotments: Allotment[] = [];
  readonly facts: Fact[] = [];

  allot(
    what: Pick<Allotment, 'source' | 'quantity' | 'validFrom' | 'expiresAt'> & Partial<Allotment>,
    at: number,
    cause: string,
  ): Allotment {
    const allotment: Allotment = {
      plan: null,
      paymentId: null,
      closed: null,
      revokedBySupport: false,
      ...what,
      id: this.allotments.length,
      remaining: what.quantity,
    };
    this.allotments.push(allotment);
    this.write('allotted', allotment, what.quantity, at, cause, null);
    return allotment;
  }

  give(source: GrantSource, quantity: number, validFrom: number, expiresAt: number | null, at: number, cause: string): Allotment {
    return this.allot({ source, quantity, validFrom, expiresAt }, at, cause);
  }

  /** Ends the unspent rest; what comes back later shares its fate (rule 29). */
  close(allotment: Allotment, why: 'expired' | 'revoked', at: number): void {
    if (allotment.closed) return;
    allotment.closed = why;
    if (allotment.remaining > 0) this.write(why, allotment, allotment.remaining, at, `${why}:${allotment.id}`, null);
    allotment.remaining = 0;
  }

  usable(at: number, ends: (allotment: Allotment) => number | null): Allotment[] {
    const end = (one: Allotment) => ends(one) ?? Infinity;
    return this.allotments
      .filter((one) => !one.closed && one.remaining > 0 && one.validFrom <= at && at < end(one))
      .sort((a, b) => (end(a) === end(b) ? 0 : end(a) - end(b)) || rank[a.source] - rank[b.source] || a.id - b.id);
  }

  use(allotment: Allotment, video: string, at: number, cause: string): void {
    allotment.remaining -= 1;
    this.write('consumed', allotment, 1, at, cause, video);
  }

  /** Gives a used credit back; answers true where it could not live on because its allotment had expired or ended. */
  giveBack(allotment: Allotment, video: string, at: number): boolean {
    this.write('returned', allotment, 1, at, `returned:${video}`, video);
    if (!allotment.closed) {
      allotment.remaining += 1;
      return false;
    }
    this.write(allotment.closed, allotment, 1, at, `returned:${video}`, video);
    return allotment.closed === 'expired';
  }

  private write(kind: FactKind, allotment: Allotment, credits: number, at: number, cause: string, video: string | null): void {
    this.facts.push({ kind, allotment: allotment.id, credits, at, cause, video });
  }
}

/** An allotment as a view shows it, with the end it has today. */
export function showOne(one: Allotment, end: number | null): AllotmentShown {
  const { source, quantity, remaining } = one;
  return { source, quantity, remaining, validFrom: iso(one.validFrom), expiresAt: end === null ? null : iso(end) };
}
