import type { RefusalList, RefusalView } from '#contracts';

const nameOf = ({ at, command, code, detail, actor }: RefusalView): string => JSON.stringify([at, command, code, detail, actor]);

/**
 * What two answers know together, newest first. Behind a balancer every answer may come from another process, and each knows its
 * own refusals alone: what one has told stays when the next has nothing. All that is surely known begins with the youngest process.
 */
export function together(before: RefusalList | null, now: RefusalList): RefusalList {
  if (before === null) return now;
  const known = new Set(now.items.map(nameOf));
  const kept = before.items.filter((refusal) => !known.has(nameOf(refusal)));
  if (kept.length === 0 && now.since >= before.since) return now;
  const items = [...now.items, ...kept].sort((a, b) => Date.parse(b.at) - Date.parse(a.at));
  return { items, since: now.since > before.since ? now.since : before.since };
}
