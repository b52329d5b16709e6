import { connect } from 'node:net';
import { bill, subscription } from './billing.js';
import { type Client, expectStatus } from './client.js';
import { LivePage, openPage } from './live-page.js';
import { picture } from './pictures.js';
import { freePort, freshFolder, Service } from './service-under-test.js';
import { expectCredits } from './shapes.js';

const START = '2027-01-31T10:00:00.000Z';
const END = '2027-02-28T10:00:00.000Z';
const HOLDS_WITHIN_MS = 10_000;

describe('The live stream of an account’s credits', () => {
  const folder = freshFolder();
  let service: Service;
  let client: Client;
  const pages: LivePage[] = [];
  const open = async (accountId: string, headers?: Readonly<Record<string, string>>): Promise<LivePage> => {
    const page = await openPage(client, accountId, headers);
    pages.push(page);
    return page;
  };

  beforeAll(async () => {
    // A page comes again at the address it knows.
    service = await Service.start(folder, { PORT: String(await freePort()) });
    client = service.client;
  });
  afterEach(async () => {
    await Promise.all(pages.splice(0).map((page) => page.leave()));
  });
  afterAll(async () => {
    await service.finish();
  });

  /** Holds within a deadline, asked again and again. */
  async function eventually(holds: () => Promise<boolean>): Promise<void> {
    for (const deadline = performance.now() + HOLDS_WITHIN_MS; !(await holds()); await new Promise((resolve) => setTimeout(resolve, 20)))
      if (performance.now() > deadline) throw new Error('it does not come to hold');
  }

  it('begins at once with the object that a read gives, and says how to treat it', async () => {
    expectStatus(201, await client.grant('first', 3));
    const page = await open('first', { 'last-event-id': 'anything' });
    const { id, credits } = await page.shows(() => true);
    expectCredits(credits);
    expect(credits).toEqual(await client.credits('first'));
    expect(id).toBe(credits.position);
    expect(page.headers.get('content-type')).toBe('text/event-stream');
    expect(page.headers.get('cache-control')).toBe('no-store');
    expect(page.headers.get('x-accel-buffering')).toBe('no');
    expect(page.others).toEqual(['retry']);
    expect((await client.send('HEAD', '/v1/accounts/first/credits/stream')).headers.get('content-type')).toBe('text/event-stream');
  });

  it('shows an account never heard of as one without credits, and its first credit', async () => {
    const page = await open('nobody-yet');
    expect((await page.shows(() => true)).credits).toMatchObject({ accountId: 'nobody-yet', status: 'none', available: 0 });
    expectStatus(201, await client.grant('nobody-yet', 1));
    await page.shows(({ available }) => available === 1);
  });

  it('tells all pages of one account of a grant and a video, and no page of another account', async () => {
    const [mine, other] = [await Promise.all([open('many'), open('many'), open('many')]), await open('other')];
    await Promise.all([...mine, other].map((page) => page.shows(() => true)));
    expectStatus(201, await client.grant('many', 2));
    await Promise.all(mine.map((page) => page.shows(({ available }) => available === 2)));
    const made = expectStatus(201, await client.createVideo('many', await client.artwork('many', await picture())));
    for (const page of mine) {
      const { credits } = await page.shows(({ inProgress }) => inProgress === 1);
      expect(credits).toEqual(made.credits);
    }
    expect(other.messages).toHaveLength(1);
  });

  it('never goes back, and ends with what is true, however fast changes come', async () => {
    const page = await open('fast');
    await Promise.all(Array.from({ length: 40 }, () => client.grant('fast', 1).then((answered) => expectStatus(201, answered))));
    await page.shows(({ available }) => available === 40);
    const told = page.messages.map(({ credits }) => credits.available);
    expect(told).toEqual([...new Set(told)].sort((a, b) => a - b));
    expect(page.last).toEqual(await client.credits('fast'));
  });

  it('shows what time alone brings: a grant that begins to be valid, and ends', async () => {
    const page = await open('timed');
    const now = Date.now();
    const [validFrom, expiresAt] = [now + 1_500, now + 3_000].map((at) => new Date(at).toISOString());
    expectStatus(201, await client.grant('timed', 5, { validFrom, expiresAt }));
    await page.shows(({ available, upcoming }) => available === 0 && upcoming === 5);
    await page.shows(({ available, upcoming }) => available === 5 && upcoming === 0);
    await eventually(async () => page.last?.available === 0 && page.last.allotments.length === 0);
  });

  it('takes at most 20 pages of an account in one process, and the next when one has gone', async () => {
    for (;;) {
      const next = await LivePage.open(client, 'crowded');
      if (next instanceof LivePage) {
        pages.push(next);
        continue;
      }
      expect([next.status, next.problem.code]).toEqual([429, 'too-many-streams']);
      expect(Number(next.headers.get('retry-after'))).toBeGreaterThan(0);
      break;
    }
    // Of two processes each has its own.
    expect([20, 40]).toContain(pages.length);
    await open('not-crowded');
    await pages.shift()?.leave();
    await eventually(async () => {
      const next = await LivePage.open(client, 'crowded');
      if (next instanceof LivePage) pages.push(next);
      return next instanceof LivePage;
    });
  });

  const openStreams = async (): Promise<number> => {
    const { body } = await client.ask<string>('GET', '/metrics');
    return Number(/^video_credits_open_streams (\d+)$/m.exec(body)?.[1]);
  };

  it('lets go of everything when its pages have gone', async () => {
    await Promise.all(Array.from({ length: 10 }, (_, n) => open(`leaves-${n}`)));
    await eventually(async () => (await openStreams()) > 0);
    await Promise.all(pages.splice(0).map((page) => page.leave()));
    await eventually(async () => (await openStreams()) + (await openStreams()) === 0);
  });

  it('lets go of streams that were asked for one behind the other on one connection, when that has gone', async () => {
    const { hostname, port } = new URL(client.base);
    const asked = `GET /v1/accounts/pipelined/credits/stream HTTP/1.1\r\nHost: here\r\nAuthorization: Bearer ${client.token}\r\n\r\n`;
    const line = connect(Number(port), hostname);
    line.write(asked.repeat(20));
    await eventually(async () => (await openStreams()) === 20);
    line.destroy();
    await eventually(async () => (await openStreams()) + (await openStreams()) === 0);
    await open('pipelined');
  });

  it('ends when the service stops, holding up nobody, and gives the object to a page that comes again', async () => {
    expectStatus(201, await client.grant('comes-again', 7));
    const page = await open('comes-again');
    const { id } = await page.shows(() => true);
    const began = performance.now();
    const stopped = service.stop();
    await page.ended;
    expect(performance.now() - began).toBeLessThan(2_000);
    expect(await stopped).toBe(0);
    expect(performance.now() - began).toBeLessThan(4_000);
    expect(page.others).toEqual(['retry']);
    service = await Service.start(folder, { PORT: new URL(client.base).port });
    const again = await openPage(service.client, 'comes-again', { 'last-event-id': id });
    expect((await again.shows(() => true)).credits).toMatchObject({ available: 7 });
    await again.leave();
    client = service.client;
  });

  // From here on the clock of this service stands.
  it('shows what a move of the test clock brings: the renewal, and one that is awaited', async () => {
    expect(await client.clock({ now: START })).toBe(START);
    const page = await open('renews');
    const state = subscription('renews', 'gallery-basic', START, END);
    await bill(client, 'billing.subscription.started', state);
    await page.shows(({ available, status }) => available === 4 && status === 'active');
    const next = subscription('renews', 'gallery-basic', END, '2027-03-31T10:00:00.000Z', { occurredAt: START });
    await bill(client, 'billing.subscription.renewed', next);
    await client.clock({ now: END });
    await page.shows(({ available, cycle }) => available === 4 && cycle?.start === END);
    await client.clock({ now: '2027-04-15T00:00:00.000Z' });
    await page.shows(({ status }) => status === 'renewal-pending');
    await eventually(async () => JSON.stringify(page.last) === JSON.stringify(await client.credits('renews')));
  });
});
