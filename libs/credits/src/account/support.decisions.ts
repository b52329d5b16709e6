import { instant, type Refusal } from '#contracts';
import { accepted, type Decided, type Decision, rejected } from '#event-sourcing';
import type { GrantRequest } from './credits.commands.js';
import { type CreditEvent, causes } from './credits.events.js';
import { balanceOf, type Credits } from './credits.state.js';
import { allotmentIdOf } from './settling.js';
import { revoked } from './using.decisions.js';

/** Support gives credits (rule 25). `now` in ms; the request's shape has been checked. */
export function grantCredits(
  command: GrantRequest & { readonly accountId: string; readonly cause: string; readonly now: number },
): Decision<Credits, CreditEvent, Refusal> {
  const { now, expiresAt } = command;
  const validFrom = Math.max(command.validFrom ?? now, now);
  return (credits) => {
    if (expiresAt !== null && expiresAt <= now) return refuse('expiresAt lies in the past');
    if (expiresAt !== null && validFrom > expiresAt) return refuse('validFrom lies after expiresAt');
    return accepted<CreditEvent>({
      type: 'CreditsAllotted',
      data: {
        allotmentId: allotmentIdOf(command.accountId, command.cause),
        source: command.source,
        credits: command.credits,
        validFrom: instant(validFrom),
        expiresAt: expiresAt === null ? null : instant(expiresAt),
        reason: command.reason,
        actor: command.actor,
        ticket: command.ticket,
        plan: null,
        balanceAfter: balanceOf(credits) + command.credits,
        at: instant(now),
      },
    });
  };
}

/**
 * Support takes back what is left of one allotment (rule 25). Refused with `nothing-to-revoke` where the state knows no
 * such allotment with something left: the caller tells an unknown one from a used up one by the stream.
 */
export function revokeCredits(command: {
  readonly allotmentId: string;
  readonly reason: string;
  readonly actor: string | null;
  readonly now: number;
}): Decision<Credits, CreditEvent, Refusal> {
  return (credits) => {
    const allotment = credits.allotments.find((a) => a.id === command.allotmentId);
    if (!allotment || allotment.closed || allotment.remaining === 0) return rejected<Refusal>({ code: 'nothing-to-revoke' });
    return accepted(revoked(credits, allotment, command, causes.revoked(allotment.id)));
  };
}

const refuse = (detail: string): Decided<never, Refusal> => rejected<Refusal>({ code: 'invalid-grant', detail });
