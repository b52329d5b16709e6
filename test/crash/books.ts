import type { CloudEvent } from '#contracts';
import type { FactData } from '../e2e/client.js';

/** What one request asked for, and what it was answered, if it was. */
export interface Request {
  readonly kind: 'video' | 'grant' | 'purchase';
  readonly accountId: string;
  /** Request key, or the payment's id. */
  readonly key: string;
  /** Credits that it moves in. */
  readonly credits: number;
  /** Video or allotment id of the accepted answer. */
  answer?: string;
  /** A refusal that must have written nothing. */
  refused?: boolean;
}

/**
 * The books of the crash test, kept beside the service: every request that was sent, and every fact that the service published.
 * They must agree after each kill: what was accepted is there once, what nobody sent is not there.
 */
export class Books {
  readonly requests = new Map<string, Request>();
  private readonly factOf = new Map<string, string>();
  private readonly seen = new Set<string>();
  private readonly balances = new Map<string, number>();
  readonly returned = new Map<string, number>();

  send(request: Request): Request {
    this.requests.set(causeOf(request), request);
    return request;
  }

  /** Takes in facts in the log's order; tells what is wrong with them. */
  publish(facts: readonly CloudEvent<FactData>[]): string[] {
    const wrong: string[] = [];
    for (const { id, type, data } of facts) {
      if (this.seen.has(id)) wrong.push(`fact ${id} was published twice`);
      this.seen.add(id);
      const moved = (data.credits ?? 0) * (SIGNS[type] ?? 0);
      this.balances.set(data.accountId, this.balance(data.accountId) + moved);
      if (type === 'credits.returned') this.returned.set(data.videoId as string, (this.returned.get(data.videoId as string) ?? 0) + 1);
      if (type === 'credits.consumed' || type === 'credits.allotted') wrong.push(...this.match(type, data));
    }
    return wrong;
  }

  /** The account's balance by the facts alone. */
  balance(accountId: string): number {
    return this.balances.get(accountId) ?? 0;
  }

  /** Accepted requests whose fact is not there. */
  lost(): string[] {
    return [...this.requests.values()]
      .filter((request) => request.answer !== undefined && this.factOf.get(causeOf(request)) !== request.answer)
      .map((request) => `accepted but not stored: ${JSON.stringify(request)}`);
  }

  /** Requests that were sent and never answered. */
  open(): Request[] {
    return [...this.requests.values()].filter(({ answer, refused }) => answer === undefined && !refused);
  }

  private match(type: string, { accountId, cause = '', videoId, allotmentId, credits }: FactData): string[] {
    const name = `${accountId} ${cause}`;
    const request = this.requests.get(name);
    if (!request) return [`${type} that nobody asked for: ${name}`];
    if (this.factOf.has(name)) return [`${name} took effect twice`];
    this.factOf.set(name, (request.kind === 'video' ? videoId : request.kind === 'grant' ? allotmentId : 'bought') as string);
    if (request.refused) return [`${name} was refused and yet took effect`];
    return credits === Math.max(1, request.credits) ? [] : [`${name} moved ${credits} credits`];
  }
}

const SIGNS: Readonly<Record<string, number>> = {
  'credits.allotted': 1,
  'credits.returned': 1,
  'credits.consumed': -1,
  'credits.expired': -1,
  'credits.revoked': -1,
};
const CAUSES = { video: 'request:CreateVideo:', grant: 'request:GrantCredits:', purchase: 'payment:' } as const;

function causeOf({ kind, accountId, key }: Request): string {
  return `${accountId} ${CAUSES[kind]}${key}`;
}
