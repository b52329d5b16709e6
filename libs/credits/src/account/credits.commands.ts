import type { AllotmentView, Answer, Caller, CreditsView } from '#contracts';
import { Command } from '@nestjs/cqrs';

export interface GrantRequest {
  readonly credits: number;
  readonly source: 'purchase' | 'goodwill';
  readonly reason: string;
  readonly actor: string | null;
  readonly ticket: string | null;
  /** Milliseconds since the epoch. */
  readonly expiresAt: number | null;
  readonly validFrom: number | null;
}

export interface AllotmentAnswer {
  readonly allotment: AllotmentView;
  readonly credits: CreditsView;
}

/** Support gives an account purchased or goodwill credits (rule 25). */
export class GrantCredits extends Command<Answer<AllotmentAnswer>> {
  constructor(
    readonly accountId: string,
    readonly request: GrantRequest,
    readonly key: string,
    readonly caller: Caller,
  ) {
    super();
  }
}

/** Ends the unspent rest of one allotment (rule 25). Repeats safely also without a key. */
export class RevokeCredits extends Command<Answer<AllotmentAnswer>> {
  constructor(
    readonly accountId: string,
    readonly allotmentId: string,
    readonly request: { readonly reason: string; readonly actor: string | null },
    readonly key: string | null,
    readonly caller: Caller,
  ) {
    super();
  }
}

/** One billing event, from the topic or by HTTP, already known to be a CloudEvent with a type and data. Refused means parked. */
export class ApplyBillingEvent extends Command<Answer<{ readonly position: string }>> {
  constructor(
    readonly type: string,
    readonly data: unknown,
    readonly caller: Caller,
  ) {
    super();
  }
}
