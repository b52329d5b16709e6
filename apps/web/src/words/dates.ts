/** An instant as people say it, in the reader's zone. */
export interface SpokenDate {
  /** `31 March`, with the year where it is another than this one. */
  readonly day: string;
  /** Day, time and zone, for those who want to know exactly. */
  readonly exact: string;
  /** For machines. */
  readonly datetime: string;
}

/** `zone` is the reader's own where none is given. */
export function spokenDate(locale: string, instant: string, now: Date, zone?: string): SpokenDate {
  const date = new Date(instant);
  const at = zone === undefined ? {} : { timeZone: zone };
  const yearIn = (of: Date): string => new Intl.DateTimeFormat('en', { ...at, year: 'numeric' }).format(of);
  const year = yearIn(date) === yearIn(now) ? {} : ({ year: 'numeric' } as const);
  return {
    day: new Intl.DateTimeFormat(locale, { ...at, day: 'numeric', month: 'long', ...year }).format(date),
    exact: new Intl.DateTimeFormat(locale, { ...at, dateStyle: 'full', timeStyle: 'long' }).format(date),
    datetime: instant,
  };
}
