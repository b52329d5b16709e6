import type { Rule } from '#contracts/rules';
import { Is, absentOr, id, oneOf, text, wholeNumberText } from '#contracts/rules';

/** A value of the environment that passes a test of its own. */
function matching(words: string, allows: (value: string) => boolean): Rule {
  return { words, allows: (value) => typeof value === 'string' && allows(value), schema: { type: 'string' } };
}

function url(words: string, ...protocols: readonly string[]): Rule {
  return matching(words, (value) => URL.canParse(value) && protocols.includes(new URL(value).protocol));
}

const yesOrNo = oneOf('true', 'false');
const path = matching('a path', (value) => value.length <= 4_096 && !value.includes('\0'));

/** An address for requests. Who asks is said elsewhere: fetch takes no address with a name and password in it (Fetch §5.4). */
const webAddress = matching('an address like https://credits.example.com', isWebAddress);

/** The same as what stands in front of paths. */
const webBase = matching('an address like https://credits.example.com', (value) => isWebAddress(value) && !/[?#]/.test(value));

function isWebAddress(value: string): boolean {
  if (/\s/.test(value) || !URL.canParse(value)) return false;
  const { protocol, username, password } = new URL(value);
  return (protocol === 'http:' || protocol === 'https:') && username === '' && password === '';
}

/** Whole ISO 8601 durations of days, hours, minutes and seconds, in milliseconds; undefined for anything else. */
export function readDuration(value: unknown): number | undefined {
  const shape = /^P(?=[\dT])(?:(\d{1,5})D)?(?:T(?=\d)(?:(\d{1,5})H)?(?:(\d{1,5})M)?(?:(\d{1,5})S)?)?$/;
  const parts = typeof value === 'string' ? shape.exec(value) : null;
  if (parts === null) return undefined;
  const [days, hours, minutes, seconds] = parts.slice(1).map((part) => Number(part ?? 0));
  return ((((days ?? 0) * 24 + (hours ?? 0)) * 60 + (minutes ?? 0)) * 60 + (seconds ?? 0)) * 1_000;
}

const lease = matching('an ISO 8601 duration from PT1S to P1D, like PT5M', (value) => {
  const ms = readDuration(value);
  return ms !== undefined && ms >= 1_000 && ms <= 86_400_000;
});

/** Words of a frame-ancestors list as they stand in the header; the quotes that a shell takes away are put back. Undefined for what is none. */
export function readFrameAncestors(value: unknown): string | undefined {
  if (typeof value !== 'string' || value.length > 4_000) return undefined;
  const words = value.trim().split(/[\s,]+/);
  if (words.length === 1 && /^'?none'?$/.test(words[0] ?? '')) return "'none'";
  const sources = words.map((word) => (/^'?self'?$/.test(word) ? "'self'" : word));
  const origin = /^https?:\/\/(\*\.)?[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)*(:(\d{1,5}|\*))?$/;
  // What is left without its stars is an address, or no browser takes it for a source.
  const right = (source: string): boolean => origin.test(source) && URL.canParse(source.replace('*.', '').replace(':*', ''));
  return sources.every((source) => source === "'self'" || right(source)) ? sources.join(' ') : undefined;
}

const frameAncestors = matching(
  'self, none, or origins like https://shop.example.com with a blank between',
  (value) => readFrameAncestors(value) !== undefined,
);

/** The environment as text, before anything is made of it. Each variable says what it may be. */
export class Environment {
  @Is(absentOr(wholeNumberText(0, 65_535))) PORT?: string;
  @Is(absentOr(matching('a host name or address', (value) => /^[A-Za-z0-9._:-]{1,255}$/.test(value)))) HOST?: string;
  @Is(absentOr(webBase)) PUBLIC_URL?: string;
  @Is(absentOr(matching('1 to 1000 visible characters', (value) => /^[\x21-\x7e]{1,1000}$/.test(value)))) URL_SIGNING_KEY?: string;
  @Is(absentOr(path)) DATA_DIR?: string;
  @Is(absentOr(oneOf('embedded', 'servers'))) ENGINES?: string;
  @Is(absentOr(url('an address like esdb://host:2113', 'esdb:', 'esdb+discover:', 'kurrentdb:', 'kurrentdb+discover:')))
  EVENT_STORE_URL?: string;
  @Is(absentOr(matching('a list like host:9092,host:9092', (value) => /^[^\s,:]+:\d{1,5}(,[^\s,:]+:\d{1,5})*$/.test(value))))
  KAFKA_BROKERS?: string;
  @Is(absentOr(yesOrNo)) KAFKA_SSL?: string;
  @Is(absentOr(oneOf('plain', 'scram-sha-256', 'scram-sha-512'))) KAFKA_SASL_MECHANISM?: string;
  @Is(absentOr(text(1, 1_000))) KAFKA_SASL_USERNAME?: string;
  @Is(absentOr(text(1, 1_000))) KAFKA_SASL_PASSWORD?: string;
  @Is(absentOr(url('an address like postgres://host/database', 'postgres:', 'postgresql:'))) DATABASE_URL?: string;
  @Is(absentOr(url('an address like file:./data/files or s3://bucket/prefix', 'file:', 's3:'))) FILES_URL?: string;
  @Is(absentOr(path)) PLANS_FILE?: string;
  @Is(absentOr(text(1, 200))) SUPPORT_CONTACT?: string;
  @Is(absentOr(matching('1 to 200 visible characters', (value) => /^[\x21-\x7e]{1,200}$/.test(value)))) STAFF_API_KEY?: string;
  @Is(absentOr(text(1, 1_000))) JWT_ISSUER?: string;
  @Is(absentOr(text(1, 1_000))) JWT_AUDIENCE?: string;
  @Is(absentOr(webAddress)) JWT_JWKS_URL?: string;
  // A claim of one's own is often named by an address.
  @Is(absentOr(matching('the name of a claim, 1 to 200 visible characters', (value) => /^[\x21-\x7e]{1,200}$/.test(value))))
  JWT_ACCOUNT_CLAIM?: string;
  @Is(absentOr(frameAncestors)) FRAME_ANCESTORS?: string;
  @Is(absentOr(yesOrNo)) SANDBOX?: string;
  @Is(absentOr(oneOf('fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'))) LOG_LEVEL?: string;
  @Is(absentOr(wholeNumberText(1, 1_000_000))) GRANT_MAX?: string;
  @Is(absentOr(yesOrNo)) GOODWILL_FOR_FAILED_RENDER?: string;
  @Is(absentOr(lease)) RENDER_LEASE?: string;
  @Is(absentOr(wholeNumberText(1, 100))) RENDER_ATTEMPTS?: string;
  @Is(absentOr(wholeNumberText(0, 1_000_000))) LOW_CREDITS?: string;
  @Is(absentOr(wholeNumberText(0, 64))) RENDER_WORKERS?: string;
  @Is(absentOr(webBase)) SERVICE_URL?: string;
  @Is(absentOr(matching('1 to 1000 visible characters', (value) => /^[\x21-\x7e]{1,1000}$/.test(value)))) RENDER_API_KEY?: string;
  @Is(absentOr(id)) WORKER_ID?: string;
}

/** Every variable there is. */
export const variables = [
  'PORT',
  'HOST',
  'PUBLIC_URL',
  'URL_SIGNING_KEY',
  'DATA_DIR',
  'ENGINES',
  'EVENT_STORE_URL',
  'KAFKA_BROKERS',
  'KAFKA_SSL',
  'KAFKA_SASL_MECHANISM',
  'KAFKA_SASL_USERNAME',
  'KAFKA_SASL_PASSWORD',
  'DATABASE_URL',
  'FILES_URL',
  'PLANS_FILE',
  'SUPPORT_CONTACT',
  'STAFF_API_KEY',
  'JWT_ISSUER',
  'JWT_AUDIENCE',
  'JWT_JWKS_URL',
  'JWT_ACCOUNT_CLAIM',
  'FRAME_ANCESTORS',
  'SANDBOX',
  'LOG_LEVEL',
  'GRANT_MAX',
  'GOODWILL_FOR_FAILED_RENDER',
  'RENDER_LEASE',
  'RENDER_ATTEMPTS',
  'LOW_CREDITS',
  'RENDER_WORKERS',
  'SERVICE_URL',
  'RENDER_API_KEY',
  'WORKER_ID',
] as const satisfies readonly (keyof Environment)[];
