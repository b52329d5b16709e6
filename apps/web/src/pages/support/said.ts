import { type TemplateResult, html } from 'lit';
import { spokenDate } from '../../words/dates.js';

/** An instant in a sentence: its day, its day and minute, or the same short for columns. */
export interface SaidInstant {
  readonly at: string;
  readonly to: 'day' | 'minute' | 'stamp';
}

/** A sentence in pieces: text as it is, and instants that are said in the reader's zone. */
export type Said = readonly (string | SaidInstant)[];

export const day = (at: string): SaidInstant => ({ at, to: 'day' });
export const minute = (at: string): SaidInstant => ({ at, to: 'minute' });
export const stamp = (at: string): SaidInstant => ({ at, to: 'stamp' });

const LOCALE = 'en-GB';
const yearOf = (date: Date): number => date.getFullYear();

/** The service's clock, which in the sandbox is not this machine's: what lies in its year is said without the year. */
let present: string | null = null;

export function setPresent(instant: string): void {
  present = instant;
}

/** `31 March`, `12 March 09:41` or `12 Mar 09:41`, with the year where it is another than this one. */
function wordsFor({ at, to }: SaidInstant, now = present === null ? new Date() : new Date(present)): string {
  const said = to === 'stamp' ? shortDay(new Date(at), now) : spokenDate(LOCALE, at, now).day;
  if (to === 'day') return said;
  return `${said} ${new Intl.DateTimeFormat(LOCALE, { hour: '2-digit', minute: '2-digit' }).format(new Date(at))}`;
}

function shortDay(date: Date, now: Date): string {
  const year = yearOf(date) === yearOf(now) ? {} : ({ year: 'numeric' } as const);
  return new Intl.DateTimeFormat(LOCALE, { day: 'numeric', month: 'short', ...year }).format(date);
}

/** The sentence as text: for titles and labels. */
export function plain(said: Said): string {
  return said.map((piece) => (typeof piece === 'string' ? piece : wordsFor(piece))).join('');
}

/** The sentence for a page: every instant exact for those who point at it, and for machines. */
export function told(said: Said): TemplateResult {
  return html`${said.map((piece) => (typeof piece === 'string' ? piece : timeOf(piece)))}`;
}

function timeOf(instant: SaidInstant): TemplateResult {
  const { exact, datetime } = spokenDate(LOCALE, instant.at, new Date());
  return html`<time datetime=${datetime} title=${exact}>${wordsFor(instant)}</time>`;
}

/** `1 credit`, `2 credits`. */
export function count(n: number, one: string, several = `${one}s`): string {
  return `${new Intl.NumberFormat(LOCALE).format(n)} ${n === 1 ? one : several}`;
}

/** `a, b and c`. */
export function listed(parts: readonly Said[]): Said {
  return parts.flatMap((part, index) => {
    if (index === 0) return part;
    return [index === parts.length - 1 ? ' and ' : ', ', ...part];
  });
}
