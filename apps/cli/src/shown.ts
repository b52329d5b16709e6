import type { AllotmentView, CreditsView, LedgerLine } from '#contracts';

/** A parked message, as the service lists it. */
export interface ParkedMessage {
  readonly id: string;
  readonly topic: string;
  readonly group: string;
  readonly key: string;
  readonly reason: string;
  readonly parkedAt: string;
}

/** An API key, as the service lists it. */
export interface ListedKey {
  readonly id: string;
  readonly name: string;
  readonly scopes: readonly string[];
  readonly createdAt: string;
  readonly revoked: boolean;
}

/** Lines of equal columns under their headings; the last column takes what room it needs. */
function table(headings: readonly string[], rows: readonly (readonly string[])[]): string {
  const widths = headings.map((heading, column) => Math.max(heading.length, ...rows.map((row) => row[column]?.length ?? 0)));
  const line = (cells: readonly string[]): string =>
    cells
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join('  ')
      .trimEnd();
  return [headings, ...rows].map(line).join('\n');
}

/** `2027-01-31 10:00:00` for an instant, UTC; a dash for none. */
function when(instant: string | null): string {
  return instant === null ? '–' : instant.slice(0, 19).replace('T', ' ');
}

export function creditCount(credits: number): string {
  return credits === 1 ? '1 credit' : `${credits} credits`;
}

/** An account's credits in sentences, and what they are made of in a table. */
export function shownAccount(credits: CreditsView): string {
  const { accountId, plan, status, available, upcoming, inProgress, usedThisCycle, cycle, nextRenewalAt, nextPlan, endsAt } = credits;
  const lines = [
    `${accountId}: ${creditCount(available)} available${upcoming > 0 ? `, ${upcoming} upcoming` : ''}; ${status}${plan ? `, ${plan.name} (${plan.creditsPerCycle} per cycle)` : ''}.`,
  ];
  if (cycle) lines.push(`This cycle: ${when(cycle.start)} to ${when(cycle.end)} UTC, ${usedThisCycle} used.`);
  if (inProgress) lines.push(`${inProgress} ${inProgress === 1 ? 'video is' : 'videos are'} in progress.`);
  lines.push(
    nextRenewalAt === null ? 'No renewal is due.' : `Next renewal: ${when(nextRenewalAt)} UTC${nextPlan ? `, then ${nextPlan.name}` : ''}.`,
  );
  if (endsAt !== null) lines.push(`Ends: ${when(endsAt)} UTC.`);
  if (credits.allotments.length > 0) lines.push('', shownAllotments(credits.allotments));
  return lines.join('\n');
}

function shownAllotments(allotments: readonly AllotmentView[]): string {
  const rows = allotments.map(({ id, source, quantity, remaining, validFrom, expiresAt }) => [
    id,
    source,
    `${remaining} of ${quantity}`,
    when(validFrom),
    when(expiresAt),
  ]);
  return table(['ALLOTMENT', 'SOURCE', 'LEFT', 'FROM (UTC)', 'UNTIL (UTC)'], rows);
}

/** The newest line first. */
export function shownLedger(lines: readonly LedgerLine[]): string {
  if (lines.length === 0) return 'Nothing has happened in this account.';
  const rows = lines.map(({ at, credits, balanceAfter, text, actor }) => [
    when(at),
    credits > 0 ? `+${credits}` : String(credits),
    String(balanceAfter),
    actor ?? '',
    text,
  ]);
  return table(['AT (UTC)', 'CREDITS', 'BALANCE', 'BY', 'WHAT'], rows);
}

export function shownParked(parked: readonly ParkedMessage[]): string {
  if (parked.length === 0) return 'Nothing is parked.';
  return table(
    ['ID', 'PARKED AT (UTC)', 'TOPIC', 'KEY', 'REASON'],
    parked.map(({ id, parkedAt, topic, key, reason }) => [id, when(parkedAt), topic, key, reason]),
  );
}

export function shownKeys(keys: readonly ListedKey[]): string {
  if (keys.length === 0) return 'There are no keys but the staff key.';
  return table(
    ['ID', 'NAME', 'CREATED (UTC)', 'STATE', 'SCOPES'],
    keys.map(({ id, name, createdAt, revoked, scopes }) => [id, name, when(createdAt), revoked ? 'revoked' : 'valid', scopes.join(' ')]),
  );
}
