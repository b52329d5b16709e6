import { existsSync, readFileSync } from 'node:fs';
import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js';
import addFormats from 'ajv-formats';
import fc from 'fast-check';
import { parse } from 'yaml';
import { type PublishedFact, schemas, topics } from '#contracts';
import { billingStatuses, creditFact, readBillingEvent } from '#credits';
import { fromMessage, toMessage } from '#messaging';
import { balanceFacts, readRenderResult, renderJobFact } from '#videos';
import { intervals } from '../../credits/src/renewal/billing-event.js';
import { AccountDriver } from '../../../test/account/account.driver.js';
import { rawHistories } from '../../../test/model/arbitraries.js';
import { RealAccount } from '../../../test/model/real-account.js';
import { tellHistory } from '../../../test/model/tell-history.js';

interface Sample {
  readonly shows: string;
  readonly key: string;
  readonly headers: { readonly [name: string]: string };
  readonly data: unknown;
}
interface Bad extends Sample {
  /** What the reader's reason begins with, or holds. */
  readonly reason: string;
  /** It cannot be right for a reason that the schema cannot say. */
  readonly beyondSchema?: true;
}
type SchemaFile = { readonly $defs: { readonly [name: string]: { readonly [keyword: string]: unknown } } };

const names = Object.values(topics);
const place = (path: string): URL => new URL(`../${path}`, import.meta.url);
const read = <T>(path: string): T => JSON.parse(readFileSync(place(path), 'utf8')) as T;
const schemaOf = (topic: string): SchemaFile => read(`schemas/${topic}.json`);
const samplesOf = (topic: string): { readonly good: readonly Sample[]; readonly bad?: readonly Bad[] } => read(`samples/${topic}.json`);
const typesOf = (topic: string): string[] => Object.keys(schemaOf(topic).$defs).filter((name) => name.includes('.'));

const ajv = new Ajv2020({ strict: true, strictRequired: false, allowUnionTypes: true, allErrors: true });
addFormats.default(ajv);
for (const topic of names) ajv.addSchema(schemaOf(topic));

/** What we say of the headers, and that what we publish has a subject and a time, too. */
const ownHeaders = {
  ...(parse(readFileSync(place('asyncapi.yaml'), 'utf8')) as { components: { schemas: { cloudEventHeaders: object } } }).components.schemas
    .cloudEventHeaders,
  type: 'object',
  required: ['ce_specversion', 'ce_id', 'ce_source', 'ce_type', 'ce_time', 'ce_subject', 'content-type'],
} as const;

function validatorOf(topic: string, type: string): ValidateFunction {
  const validate = ajv.getSchema(`${topic}.json#/$defs/${type}`);
  if (!validate) throw new Error(`${topic} has no schema for ${type}`);
  return validate;
}

function errorsOf(topic: string, type: string, data: unknown): string {
  const validate = validatorOf(topic, type);
  return validate(data) ? '' : `${type} ${JSON.stringify(data)}: ${ajv.errorsText(validate.errors)}`;
}

/** What the service's own reader says: nothing, or why it parks the message. */
const readers: { readonly [topic: string]: (type: string, data: unknown) => string | undefined } = {
  [topics.billing]: (type, data) => {
    const result = readBillingEvent(type, data);
    return result.ok ? undefined : result.reason;
  },
  [topics.renderResults]: (type, data) => {
    const result = readRenderResult(type, data);
    return typeof result === 'string' ? result : undefined;
  },
};

describe('the schemas', () => {
  it('cover every type on the topics, each with a good sample', () => {
    expect(typesOf(topics.billing)).toHaveLength(12);
    expect(typesOf(topics.renderJobs)).toEqual(['videos.render.approved', 'videos.render.cancelled']);
    expect(typesOf(topics.renderResults)).toEqual(['started', 'progressed', 'completed', 'failed'].map((name) => `videos.render.${name}`));
    expect(typesOf(topics.creditBalances)).toEqual(['credits.balance']);
    for (const topic of names) {
      const shown = new Set(samplesOf(topic).good.map(({ headers }) => headers['ce_type']));
      expect([...shown].sort()).toEqual(typesOf(topic).sort());
    }
  });

  it('say of status and interval what the code says', () => {
    const { properties } = schemaOf(topics.billing).$defs['subscription'] as { properties: { [name: string]: { enum: string[] } } };
    expect(properties['status']?.enum).toEqual(billingStatuses);
    expect(properties['interval']?.enum).toEqual(intervals);
  });

  it('say of a job and a balance what HTTP says', () => {
    const members = (schema: unknown): string[] => Object.keys((schema as { properties: object }).properties).sort();
    expect(members(schemaOf(topics.renderJobs).$defs['videos.render.approved'])).toEqual(members(schemas['RenderJob']));
    const balance = members(schemaOf(topics.creditBalances).$defs['credits.balance']);
    expect(balance.filter((member) => member !== 'version')).toEqual(members(schemas['Credits']));
  });
});

describe.each(names)('the samples of %s', (topic) => {
  const { good, bad = [] } = samplesOf(topic);

  it.each(good)('$shows: fits its schema and is read', ({ key, headers, data }) => {
    const event = fromMessage({ key, headers, body: JSON.stringify(data) });
    if (!event.ok) throw new Error(event.reason);
    expect(errorsOf(topic, event.event.type, data)).toBe('');
    expect(readers[topic]?.(event.event.type, data)).toBeUndefined();
    const { accountId } = data as { accountId?: string };
    expect(accountId ?? key).toBe(key);
  });

  if (bad.length > 0) {
    it.each(bad)('$shows: is parked with its reason', ({ headers, data, reason, beyondSchema }) => {
      const type = headers['ce_type'] ?? '';
      expect(readers[topic]?.(type, data)).toContain(reason);
      const described = typesOf(topic).includes(type);
      if (described) expect(errorsOf(topic, type, data) === '').toBe(beyondSchema === true);
      else expect(reason).toBe('unknown type');
    });
  }
});

describe('what the code makes', () => {
  it('of real histories fits the schemas, and has no member that they do not describe', async () => {
    const made = new Map<string, number>();
    const addresses = { artworkFile: (id: string) => `http://127.0.0.1/${id}`, upload: (id: string) => `http://127.0.0.1/${id}` };
    const headersFit = ajv.compile(ownHeaders);
    const check = (topic: string, fact: PublishedFact): void => {
      const { type } = fact;
      const { key, headers, body } = toMessage(fact.subject, fact, fact.data);
      const data = JSON.parse(body) as { accountId: string };
      expect(headersFit(headers) ? '' : ajv.errorsText(headersFit.errors)).toBe('');
      expect([data.accountId, headers['ce_subject']]).toEqual([key, key]);
      expect(errorsOf(topic, type, data)).toBe('');
      const { properties } = schemaOf(topic).$defs[type] as { properties: object };
      expect(Object.keys(properties)).toEqual(expect.arrayContaining(Object.keys(data)));
      made.set(type, (made.get(type) ?? 0) + 1);
    };
    for (const raw of fc.sample(rawHistories(30), { numRuns: 60, seed: 1 })) {
      const { plans, steps } = tellHistory(raw);
      const account = new RealAccount(plans);
      for (const step of steps) await account.apply(step);
      for (const event of await account.driver.events()) {
        const fact = creditFact(event);
        if (fact) check(topics.creditEvents, fact);
        const job = renderJobFact(event, addresses, 300_000);
        if (job) check(topics.renderJobs, job);
      }
      const balances = balanceFacts(account.driver.accounts, account.driver.plans, { now: () => account.driver.now });
      for (const balance of await balances(await account.driver.events())) check(topics.creditBalances, balance);
    }
    const published = [topics.creditEvents, topics.renderJobs, topics.creditBalances];
    expect([...made.keys()].sort()).toEqual(published.flatMap(typesOf).sort());
  });

  it('of an account is one balance for all its events in a page, with the newest version and what HTTP shows', async () => {
    const driver = new AccountDriver();
    await driver.bill('billing.trial.started', { accountId: driver.accountId, occurredAt: new Date(driver.now).toISOString() });
    await driver.create('v1');
    const balances = balanceFacts(driver.accounts, driver.plans, { now: () => driver.now });
    const events = await driver.events();
    expect(events.length).toBeGreaterThan(1);
    const [balance, ...others] = await balances(events);
    expect(others).toEqual([]);
    expect(balance?.data).toEqual({ ...(await driver.view()), version: events.length - 1 });
    expect((await balances(events))[0]?.id).toBe(balance?.id);
  });
});

describe('asyncapi.yaml', () => {
  const document = parse(readFileSync(place('asyncapi.yaml'), 'utf8')) as {
    [part: string]: { [name: string]: { [member: string]: unknown } };
  };

  /** What a reference leads to: within the document, or in a schema file beside it. */
  function target(reference: string): unknown {
    const [file = '', pointer = ''] = reference.split('#');
    if (file !== '' && !existsSync(place(file))) return undefined;
    const whole: unknown = file === '' ? document : read(file);
    return pointer
      .split('/')
      .slice(1)
      .reduce<unknown>(
        (at, name) => (at as { [member: string]: unknown } | undefined)?.[name.replaceAll('~1', '/').replaceAll('~0', '~')],
        whole,
      );
  }

  function references(value: unknown): string[] {
    if (typeof value !== 'object' || value === null) return [];
    return Object.entries(value).flatMap(([member, inner]) => (member === '$ref' ? [inner as string] : references(inner)));
  }

  it('is AsyncAPI 3, and no reference of it or of the schemas leads nowhere', () => {
    expect(document['asyncapi']).toBe('3.0.0');
    const all = references(document);
    expect(all.length).toBeGreaterThan(50);
    expect(all.filter((reference) => target(reference) === undefined)).toEqual([]);
    expect(target('#/components/messages/nothing')).toBeUndefined();
  });

  it('has each topic once, with its direction and exactly the types that its schemas describe', () => {
    const { channels = {}, operations = {}, components = {} } = document;
    expect(
      Object.values(channels)
        .map(({ address }) => address)
        .sort(),
    ).toEqual([...names].sort());
    const directions = Object.values(operations).map(({ action, channel }) => {
      const { address } = target((channel as { $ref: string }).$ref) as { address: string };
      return [address, action];
    });
    expect(Object.fromEntries(directions)).toEqual({
      [topics.billing]: 'receive',
      [topics.renderJobs]: 'send',
      [topics.renderResults]: 'receive',
      [topics.creditEvents]: 'send',
      [topics.creditBalances]: 'send',
    });
    for (const { address, messages } of Object.values(channels)) {
      const listed = references(messages).map(
        (reference) => target(reference) as { name: string; payload: { schema: { $ref: string } }; headers: unknown },
      );
      expect(listed.map(({ name }) => name)).toEqual(typesOf(address as string));
      for (const { name, payload, headers } of listed) {
        expect(payload.schema.$ref).toBe(`./schemas/${address as string}.json#/$defs/${name}`);
        expect(headers).toMatchObject({ properties: { ce_type: { const: name } } });
      }
    }
    expect(Object.keys(components['messages'] ?? {})).toHaveLength(names.flatMap(typesOf).length);
  });

  it('describes headers that every sample has', () => {
    const validate = ajv.compile(target('#/components/schemas/cloudEventHeaders') as object);
    for (const topic of names) for (const { headers } of samplesOf(topic).good) expect(validate(headers)).toBe(true);
    expect(validate({ ce_specversion: '1.0', ce_id: 'x', ce_source: '/x' })).toBe(false);
  });
});
