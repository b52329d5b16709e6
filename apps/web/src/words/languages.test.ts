import { de } from './de.js';
import { spokenDate } from './dates.js';
import { en } from './en.js';
import { languageFor } from './languages.js';
import { type Message, say, sayPlain } from './say.js';

const names = (message: Message): string[] => {
  const texts = typeof message === 'string' ? [message] : Object.values(message);
  return [...new Set(texts.flatMap((text) => [...text.matchAll(/\{(\w+)\}/g)].map(([, name]) => name ?? '')))].sort();
};

describe('the words', () => {
  it('are complete in both languages: every sentence puts in the same things', () => {
    expect(Object.keys(de).sort()).toEqual(Object.keys(en).sort());
    for (const [name, message] of Object.entries(en)) expect([name, names(de[name as keyof typeof en])]).toEqual([name, names(message)]);
  });

  it('are plain: no exclamation mark, no dash between clauses', () => {
    for (const message of [...Object.values(en), ...Object.values(de)]) expect(JSON.stringify(message)).not.toMatch(/!|—|–/);
  });

  it('follow the plural of the language', () => {
    expect([1, 2, 0].map((n) => sayPlain('en', en.left, { n }))).toEqual(['1 video left', '2 videos left', '0 videos left']);
    expect([1, 2].map((n) => sayPlain('de', de.left, { n }))).toEqual(['Noch 1 Video', 'Noch 2 Videos']);
  });

  it('put in what is no text as a piece of its own, and count by the count they are given', () => {
    const number = { drawn: true };
    expect(say('en', en.left, { n: number }, 1)).toEqual([number, ' video left']);
  });

  it('write numbers as the language does', () => {
    expect(sayPlain('de', '{n}', { n: 1_234 })).toBe('1.234');
  });

  it.each([
    ['de-AT', 'de-AT', 'de'],
    ['DE', 'DE', 'de'],
    ['en-US', 'en-US', 'en'],
    ['en', 'en-GB', 'en'],
    ['ar', 'en-GB', 'en'],
    ['not a language', 'en-GB', 'en'],
    ['', 'en-GB', 'en'],
  ])('%s is spoken as %s', (wish, locale, words) => {
    const language = languageFor(wish);
    expect(language.locale).toBe(locale);
    expect(language.words).toBe(words === 'de' ? de : en);
  });
});

describe('a date', () => {
  const now = new Date('2027-01-10T12:00:00Z');

  it('is a day in the reader’s zone, with the exact instant beside it', () => {
    const date = spokenDate('en-GB', '2027-03-31T22:30:00.000Z', now, 'Europe/Berlin');
    expect(date).toEqual({ day: '1 April', exact: expect.stringContaining('00:30'), datetime: '2027-03-31T22:30:00.000Z' });
    expect(spokenDate('de', '2027-03-31T22:30:00.000Z', now, 'America/New_York').day).toBe('31. März');
  });

  it('has its year where it is another than this one', () => {
    expect(spokenDate('en-GB', '2028-03-31T10:00:00.000Z', now, 'UTC').day).toBe('31 March 2028');
  });
});
