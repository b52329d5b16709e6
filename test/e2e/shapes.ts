import type { CreditsView, LedgerLine, VideoView } from '#contracts';

// The member sets of the interface, written out: nothing more and nothing less may be answered.
const CREDITS = [
  'accountId',
  'allotments',
  'available',
  'cycle',
  'endsAt',
  'inProgress',
  'nextPlan',
  'nextRenewalAt',
  'plan',
  'position',
  'status',
  'upcoming',
  'usedThisCycle',
];
const ALLOTMENT = ['expiresAt', 'id', 'quantity', 'remaining', 'source', 'validFrom'];
const VIDEO = [
  'accountId',
  'allotmentId',
  'artworkId',
  'attempt',
  'createdAt',
  'downloadUrl',
  'endedAt',
  'failure',
  'posterUrl',
  'progress',
  'roomId',
  'status',
  'title',
  'videoId',
];
const LINE = [
  'actor',
  'allotmentId',
  'at',
  'balanceAfter',
  'cause',
  'credits',
  'id',
  'reason',
  'recordedAt',
  'source',
  'text',
  'type',
  'videoId',
];
const INSTANT = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/;

export function members(object: object): string[] {
  return Object.keys(object).sort();
}

/** The `credits` object to the letter, and its sums. */
export function expectCredits(credits: CreditsView): void {
  expect(members(credits)).toEqual(CREDITS);
  for (const allotment of credits.allotments) {
    expect(members(allotment)).toEqual(ALLOTMENT);
    expect(allotment.remaining).toBeGreaterThan(0);
    expect(allotment.validFrom).toMatch(INSTANT);
  }
  expect(credits.available + credits.upcoming).toBe(credits.allotments.reduce((sum, { remaining }) => sum + remaining, 0));
  for (const plan of [credits.plan, credits.nextPlan]) if (plan) expect(members(plan)).toEqual(['creditsPerCycle', 'id', 'name']);
  if (credits.cycle) expect(members(credits.cycle)).toEqual(['end', 'start']);
  if (credits.nextRenewalAt) expect(credits.nextRenewalAt).toMatch(INSTANT);
}

/** The `video` object to the letter. */
export function expectVideo(video: VideoView): void {
  expect(members(video)).toEqual(VIDEO);
  expect(video.createdAt).toMatch(INSTANT);
  if (video.status === 'ready') expect(video.downloadUrl).toMatch(/^http/);
  else expect(video.downloadUrl).toBeNull();
}

/** Ledger lines to the letter, newest first, each balance the one before plus what moved. */
export function expectLedger(lines: readonly LedgerLine[]): void {
  lines.forEach((line, n) => {
    expect(members(line)).toEqual(LINE);
    expect(line.at).toMatch(INSTANT);
    expect(line.recordedAt).toMatch(INSTANT);
    expect(line.text).not.toBe('');
    expect(line.balanceAfter).toBe((lines[n + 1]?.balanceAfter ?? 0) + line.credits);
  });
}
