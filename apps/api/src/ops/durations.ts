const shape =
  /^P(?=[\dT])(?:(\d{1,4})Y)?(?:(\d{1,4})M)?(?:(\d{1,4})W)?(?:(\d{1,5})D)?(?:T(?=\d)(?:(\d{1,6})H)?(?:(\d{1,6})M)?(?:(\d{1,8})S)?)?$/;

/** An ISO 8601 duration of whole parts. */
export function isDuration(text: unknown): text is string {
  return typeof text === 'string' && shape.test(text);
}

/** The instant (ms) a duration later: years and months by the calendar, clamped to the month's last day, the rest as elapsed time. */
export function later(instant: number, duration: string): number {
  const [years = 0, months = 0, weeks = 0, days = 0, hours = 0, minutes = 0, seconds = 0] = (shape.exec(duration) ?? [])
    .slice(1)
    .map((part) => Number(part ?? 0));
  const from = new Date(instant);
  const month = from.getUTCMonth() + years * 12 + months;
  const lastDay = new Date(Date.UTC(from.getUTCFullYear(), month + 1, 0)).getUTCDate();
  const start = Date.UTC(from.getUTCFullYear(), month, Math.min(from.getUTCDate(), lastDay));
  const sinceMidnight = instant - Date.UTC(from.getUTCFullYear(), from.getUTCMonth(), from.getUTCDate());
  return start + sinceMidnight + ((((weeks * 7 + days) * 24 + hours) * 60 + minutes) * 60 + seconds) * 1_000;
}
