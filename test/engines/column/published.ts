import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type CloudEvent, type CreditsView, topics } from '#contracts';
import { Ajv2020 } from 'ajv/dist/2020.js';
import addFormats from 'ajv-formats';
import type { Client, FactData } from '../../e2e/client.js';
import { until } from '../kit/until.js';
import type { ProcessEnvironment } from './processes.js';
import { firstOfEach, OtherSystems, type Read } from './topics.js';

const PUBLISHED_MS = 45_000;

export type PublishedBalance = CreditsView & { readonly version: number };
type Fact = CloudEvent<FactData>;

const ajv = new Ajv2020({ strict: true, strictRequired: false, allowUnionTypes: true, allErrors: true });
addFormats.default(ajv);
for (const topic of Object.values(topics))
  ajv.addSchema(JSON.parse(readFileSync(join(process.cwd(), `libs/contracts/schemas/${topic}.json`), 'utf8')) as object);

/** Holds a message to its topic's published schema, and to CloudEvents in binary mode. Throws where it is not so. */
function expectValid(topic: string, { key, headers, value }: Read): void {
  const { ce_type: type = '', ce_specversion, ce_id, ce_source, 'content-type': contentType } = headers;
  const data = JSON.parse(value) as { readonly accountId: string };
  const validate = ajv.getSchema(`${topic}.json#/$defs/${type}`);
  if (validate === undefined) throw new Error(`${topic} has no schema of ${type}`);
  if (!validate(data)) throw new Error(`${topic} ${type} ${value}: ${ajv.errorsText(validate.errors)}`);
  expect([topic, ce_specversion, Boolean(ce_id), Boolean(ce_source), contentType]).toEqual([topic, '1.0', true, true, 'application/json']);
  expect([topic, key]).toEqual([topic, data.accountId]);
}

/** What is on the topics that go out once all is published that the log tells: facts and jobs without their repeats, and balances. */
export interface Published {
  readonly facts: readonly Read[];
  readonly balances: ReadonlyMap<string, PublishedBalance>;
  readonly jobs: readonly Read[];
  /** The same facts as `GET /v1/events` has them. */
  readonly pulled: readonly Fact[];
}

/**
 * Reads the outgoing topics and holds them to the contract: every message valid; the facts are those of `GET /v1/events`, each account's in
 * its order (I8); no account's balance falls back behind an older one after repeats are dropped, and the newest is what the api shows; an
 * account's jobs come in the order of their attempts.
 */
export async function expectInOrder(env: ProcessEnvironment, client: Client): Promise<Published> {
  const others = new OtherSystems((env['KAFKA_BROKERS'] ?? '').split(','));
  const pulled = await client.facts();
  const facts = await until('every fact is published', PUBLISHED_MS, async () => {
    const read = firstOfEach(await others.all(topics.creditEvents));
    return read.length >= pulled.length ? read : undefined;
  });
  for (const fact of facts) expectValid(topics.creditEvents, fact);
  const told = (of: readonly { readonly accountId: string; readonly id: string }[]) => byAccount(of, ({ id }) => id);
  expect(told(facts.map(({ key, headers: { ce_id: id = '' } }) => ({ accountId: key, id })))).toEqual(
    told(pulled.map(({ id, data }) => ({ accountId: data.accountId, id }))),
  );

  const accounts = [...new Set(pulled.map(({ data }) => data.accountId))];
  const shown = new Map(await Promise.all(accounts.map(async (account) => [account, await client.credits(account)] as const)));
  const balances = await until('every balance is published', PUBLISHED_MS, async () => {
    const newest = newestBalances(await others.all(topics.creditBalances));
    return accounts.every((account) => newest.get(account)?.position === shown.get(account)?.position) ? newest : undefined;
  });
  const jobs = firstOfEach(await others.all(topics.renderJobs));
  for (const job of jobs) expectValid(topics.renderJobs, job);
  for (const [video, attempts] of attemptsByVideo(jobs)) expect([video, attempts]).toEqual([video, [...attempts].sort((a, b) => a - b)]);
  return { facts, balances, jobs, pulled };
}

/** By account, each in its order. */
function byAccount<T extends { readonly accountId: string }, R>(items: readonly T[], of: (item: T) => R): Record<string, R[]> {
  const accounts: Record<string, R[]> = {};
  for (const item of items) (accounts[item.accountId] ??= []).push(of(item));
  return accounts;
}

function newestBalances(read: readonly Read[]): Map<string, PublishedBalance> {
  const newest = new Map<string, PublishedBalance>();
  for (const message of firstOfEach(read)) {
    expectValid(topics.creditBalances, message);
    const balance = JSON.parse(message.value) as PublishedBalance;
    const before = newest.get(message.key)?.version ?? -1;
    if (balance.version <= before) throw new Error(`the balance of ${message.key} fell back from ${before} to ${balance.version}`);
    newest.set(message.key, balance);
  }
  return newest;
}

function attemptsByVideo(jobs: readonly Read[]): Map<string, number[]> {
  const attempts = new Map<string, number[]>();
  for (const { headers, value } of jobs) {
    if (headers['ce_type'] !== 'videos.render.approved') continue;
    const { videoId, attempt } = JSON.parse(value) as { readonly videoId: string; readonly attempt: number };
    attempts.set(videoId, [...(attempts.get(videoId) ?? []), attempt]);
  }
  return attempts;
}
