import type { Fact } from './account-book.js';
import type { ReferenceAccount } from './reference-account.js';

/** Every breach of I1–I3, I5 and I6 in what the model did, in words; empty when all hold. */
export function breaches(account: ReferenceAccount): string[] {
  return [
    ...remainingWithinBounds(account),
    ...sumsAddUp(account),
    ...causesOnce(account),
    ...cyclesAllottedOnce(account),
    ...creditsBelongToVideos(account),
  ];
}

const sum = (facts: readonly Fact[], kind: Fact['kind']) =>
  facts.filter((fact) => fact.kind === kind).reduce((total, fact) => total + fact.credits, 0);

function remainingWithinBounds({ book }: ReferenceAccount): string[] {
  const wrong: string[] = [];
  for (const allotment of book.allotments) {
    let remaining = 0;
    for (const fact of book.facts.filter((one) => one.allotment === allotment.id)) {
      remaining += fact.kind === 'allotted' || fact.kind === 'returned' ? fact.credits : -fact.credits;
      if (remaining < 0 || remaining > allotment.quantity)
        wrong.push(`I1: allotment ${allotment.id} has ${remaining} of ${allotment.quantity} after ${fact.cause}`);
    }
    if (remaining !== allotment.remaining) wrong.push(`I1: allotment ${allotment.id} says ${allotment.remaining}, its facts ${remaining}`);
  }
  return wrong;
}

function sumsAddUp({ book }: ReferenceAccount): string[] {
  const left = book.allotments.reduce((total, { remaining }) => total + remaining, 0);
  const used = sum(book.facts, 'consumed') - sum(book.facts, 'returned');
  const accounted = left + used + sum(book.facts, 'expired') + sum(book.facts, 'revoked');
  const allotted = sum(book.facts, 'allotted');
  return allotted === accounted ? [] : [`I2: allotted ${allotted}, accounted for ${accounted}`];
}

function causesOnce({ book }: ReferenceAccount): string[] {
  const seen = new Set<string>();
  return book.facts.flatMap((fact) => {
    const once = `${fact.kind} ${fact.cause}`;
    if (seen.has(once)) return [`I3: ${once} twice`];
    seen.add(once);
    return [];
  });
}

function cyclesAllottedOnce(account: ReferenceAccount): string[] {
  return account.dueCycles.flatMap((due) => {
    const first = account.book.facts.filter(({ kind, cause }) => kind === 'allotted' && cause === due);
    return first.length === 1 ? [] : [`I5: ${due} was allotted ${first.length} times`];
  });
}

function creditsBelongToVideos({ book, videos }: ReferenceAccount): string[] {
  return [...videos.values()].flatMap((video) => {
    const own = book.facts.filter((fact) => fact.video === video.key);
    const held = sum(own, 'consumed') - sum(own, 'returned');
    const paid = video.credit !== null && (video.outcome === 'ready' || video.outcome === 'in-progress');
    return held === (paid ? 1 : 0) ? [] : [`I6: ${video.key} is ${video.outcome} and holds ${held} credits`];
  });
}
