import { parseInstant } from '../instants.js';
import { ValidateBy } from 'class-validator';

/** A JSON Schema, as OpenAPI 3.1 takes it. */
export type Schema = { readonly [keyword: string]: unknown };

/** What one field may hold: the test, the same in words for the caller, and as a schema for the published description. */
export interface Rule {
  readonly allows: (value: unknown) => boolean;
  /** Ends the sentence "… must be". */
  readonly words: string;
  readonly schema: Schema;
  readonly optional?: boolean;
}

export const ruleName = 'rule';

/** Holds a field of a body, a query or the environment to one rule. */
export function Is(rule: Rule): PropertyDecorator {
  return ValidateBy({
    name: ruleName,
    constraints: [rule],
    validator: { validate: rule.allows, defaultMessage: () => `must be ${rule.words}` },
  });
}

/** Absent and null are allowed too, and mean the same. */
export function optional(rule: Rule): Rule {
  const { type } = rule.schema;
  return {
    allows: (value) => value === undefined || value === null || rule.allows(value),
    words: `${rule.words}, or left out`,
    schema:
      typeof type === 'string'
        ? { ...rule.schema, type: [type, 'null'], ...(rule.schema['enum'] ? { enum: [...(rule.schema['enum'] as string[]), null] } : {}) }
        : rule.schema,
    optional: true,
  };
}

/** Absent is allowed; in a query there is no null. */
export function absentOr(rule: Rule): Rule {
  return { ...rule, allows: (value) => value === undefined || rule.allows(value), words: `${rule.words}, or left out`, optional: true };
}

const idPattern = /^[A-Za-z0-9._:@-]{1,128}$/;

/** Account, room and artwork ids, and the like. */
export const id: Rule = {
  allows: (value) => typeof value === 'string' && idPattern.test(value),
  words: '1 to 128 of A–Z a–z 0–9 . _ - : @',
  schema: { type: 'string', pattern: '^[A-Za-z0-9._:@-]{1,128}$' },
};

// Control characters and halves of surrogate pairs are in no text that a person wrote.
const plainText = /^[^\p{Cc}\p{Cs}]*$/u;

/** A SHA-256 as this service writes it. */
export const sha256: Rule = {
  allows: (value) => typeof value === 'string' && /^[0-9a-f]{64}$/.test(value),
  words: '64 lower-case hexadecimal digits',
  schema: { type: 'string', pattern: '^[0-9a-f]{64}$' },
};

/** Text of `min` to `max` characters on one line, not only blanks. */
export function text(min: number, max: number): Rule {
  return {
    allows: (value) =>
      typeof value === 'string' &&
      value.length >= min &&
      value.length <= max &&
      plainText.test(value) &&
      (min === 0 || value.trim() !== ''),
    words: `text of ${min} to ${max} characters without control characters`,
    schema: { type: 'string', minLength: min, maxLength: max },
  };
}

/** A whole number within bounds, inclusive; as a JSON number. */
export function wholeNumber(min: number, max: number): Rule {
  return {
    allows: (value) => typeof value === 'number' && Number.isInteger(value) && value >= min && value <= max,
    words: `a whole number from ${min} to ${max}`,
    schema: { type: 'integer', minimum: min, maximum: max },
  };
}

/** The same, written in digits: as a query has it. */
export function wholeNumberText(min: number, max: number): Rule {
  const number = wholeNumber(min, max);
  return { ...number, allows: (value) => typeof value === 'string' && /^(0|[1-9]\d{0,14})$/.test(value) && number.allows(Number(value)) };
}

export function oneOf(...values: readonly string[]): Rule {
  return {
    allows: (value) => typeof value === 'string' && values.includes(value),
    words: `one of ${values.join(', ')}`,
    schema: { type: 'string', enum: values },
  };
}

/** An instant as RFC 3339, with its offset; at most milliseconds are kept. */
export const instant: Rule = {
  allows: (value) => parseInstant(value) !== undefined,
  words: 'an instant like 2027-01-31T10:00:00Z',
  schema: { type: 'string', format: 'date-time' },
};

/** What an earlier answer gave: a cursor or a position. What it says is looked at later. */
export const token: Rule = {
  allows: (value) => typeof value === 'string' && /^[\x21-\x7e]{1,1000}$/.test(value),
  words: 'what an earlier answer gave',
  schema: { type: 'string', maxLength: 1_000 },
};

/** A list of different values out of a set. */
export function someOf(values: readonly string[]): Rule {
  return {
    allows: (value) =>
      Array.isArray(value) &&
      value.length > 0 &&
      value.every((item) => values.includes(item as string)) &&
      new Set(value).size === value.length,
    words: `a list of one or more of ${values.join(', ')}, none twice`,
    schema: { type: 'array', minItems: 1, uniqueItems: true, items: { type: 'string', enum: values } },
  };
}
