/**
 * A sentence of the catalogue: with `{names}` where something is put in, and, where a count decides its form, one text for each form
 * that the language has (CLDR plural categories). The count is always `n`.
 */
export type Message = string | { readonly [form in Intl.LDMLPluralRule]?: string };

/**
 * The sentence in pieces: its text, and what was put in. Numbers are written as the language writes them. `count` decides the form
 * where `n` itself is not a number.
 */
export function say<T>(
  locale: string,
  message: Message,
  values: Readonly<Record<string, T | number | string>> = {},
  count: unknown = values['n'],
): (string | T)[] {
  return textFor(locale, message, count)
    .split(/\{(\w+)\}/)
    .map((piece, index) => (index % 2 === 0 ? piece : put(locale, values[piece])))
    .filter((piece) => piece !== '');
}

/** The sentence as one text. */
export function sayPlain(locale: string, message: Message, values: Readonly<Record<string, number | string>> = {}): string {
  return say(locale, message, values).join('');
}

function put<T>(locale: string, value: T | number | string | undefined): T | string {
  if (typeof value === 'number') return new Intl.NumberFormat(locale).format(value);
  return value ?? '';
}

function textFor(locale: string, message: Message, count: unknown): string {
  if (typeof message === 'string') return message;
  const form = typeof count === 'number' ? new Intl.PluralRules(locale).select(count) : 'other';
  return message[form] ?? message.other ?? '';
}
