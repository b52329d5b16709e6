import { de } from './de.js';
import { type Catalogue, en } from './en.js';

/** A language as the elements speak it: its texts, and the locale that plurals, numbers and dates follow. */
export interface Language {
  readonly locale: string;
  readonly words: Catalogue;
}

const catalogues: Readonly<Record<string, Catalogue>> = { en, de };

/**
 * The language for a wish such as `de-AT`: dates and numbers follow the region. English where there is no catalogue for it; day
 * before month there too, unless the wish is another English.
 */
export function languageFor(wish: string): Language {
  const words = catalogues[wish.toLowerCase().split('-')[0] ?? ''];
  return words === undefined || !isLocale(wish) ? { locale: 'en-GB', words: en } : { locale: wish === 'en' ? 'en-GB' : wish, words };
}

function isLocale(tag: string): boolean {
  try {
    return Intl.DateTimeFormat.supportedLocalesOf(tag).length > 0;
  } catch {
    return false;
  }
}
