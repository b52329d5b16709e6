import { de, deRooms } from './de.js';
import { type Catalogue, en } from './en.js';

/** A language as the elements speak it: its texts, and the locale that plurals, numbers and dates follow. */
export interface Language {
  readonly locale: string;
  readonly words: Catalogue;
  /** What the rooms are called, by their id; where a name is missing the service's own serves. */
  readonly rooms: Readonly<Record<string, string>>;
}

const languages: Readonly<Record<string, Omit<Language, 'locale'>>> = { en: { words: en, rooms: {} }, de: { words: de, rooms: deRooms } };

/**
 * The language for a wish such as `de-AT`: dates and numbers follow the region. English where there is no catalogue for it; day
 * before month there too, unless the wish is another English.
 */
export function languageFor(wish: string): Language {
  const known = languages[wish.toLowerCase().split('-')[0] ?? ''];
  if (known === undefined || !isLocale(wish)) return { locale: 'en-GB', words: en, rooms: {} };
  return { ...known, locale: wish === 'en' ? 'en-GB' : wish };
}

function isLocale(tag: string): boolean {
  try {
    return Intl.DateTimeFormat.supportedLocalesOf(tag).length > 0;
  } catch {
    return false;
  }
}
