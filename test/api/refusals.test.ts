import type { RefusalList } from '#contracts';
import { call } from './client.js';
import { now, type Service, startService } from './service.js';

let service: Service;
beforeEach(async () => {
  service = await startService();
  service.answers.CreateVideo = () => ({ kind: 'refused', refusal: { code: 'insufficient-credits', available: 0, nextRenewalAt: null } });
  service.answers.RevokeCredits = () => ({ kind: 'refused', refusal: { code: 'nothing-to-revoke' } });
  service.answers.CancelVideo = () => ({ kind: 'refused', refusal: { code: 'already-started' } });
});
afterEach(() => service.app.close());

const order = { accountId: 'a-1', roomId: 'living-room', artworkId: 'art-1', title: 'a private title' };
const create = (body: unknown = order) => call(service, '/v1/videos', { method: 'POST', body, headers: { 'idempotency-key': 'k' } });
const refused = async (accountId = 'a-1') => {
  const { status, body } = await call<RefusalList>(service, `/v1/accounts/${accountId}/refusals`);
  expect(status).toBe(200);
  return body;
};

describe('refusals, as support can look them up', () => {
  it('are none at first, and say since when this process knows', async () => {
    expect(await refused()).toEqual({ items: [], since: new Date(now).toISOString() });
  });

  it('say when, what, why and who, newest first, and nothing of the body', async () => {
    await create();
    service.behind.clock = now + 1_000;
    await call(service, '/v1/accounts/a-1/allotments/al-1/revoke', { method: 'POST', body: { reason: 'a private reason' } });
    await call(service, '/v1/videos/AAAAAAAAAAAAAAAAAAAAAA.a-1/cancel', { method: 'POST' });
    await call(service, '/v1/accounts/a-1/grants', {
      method: 'POST',
      body: { credits: 1_001, source: 'goodwill', reason: 'a private reason' },
      headers: { 'idempotency-key': 'k' },
    });
    const { items } = await refused();
    expect(items.map(({ command, code }) => [command, code])).toEqual([
      ['GrantCredits', 'invalid-body'],
      ['CancelVideo', 'already-started'],
      ['RevokeCredits', 'nothing-to-revoke'],
      ['CreateVideo', 'insufficient-credits'],
    ]);
    expect(items[3]).toEqual({
      at: new Date(now).toISOString(),
      command: 'CreateVideo',
      code: 'insufficient-credits',
      title: 'No credit is left',
      detail: null,
      actor: 'staff',
    });
    expect(JSON.stringify(items)).not.toContain('private');
    expect((await refused('a-2')).items).toEqual([]);
  });

  it('are kept of each account up to a bound, the newest', async () => {
    for (let n = 0; n < 25; n += 1) {
      service.behind.clock = now + n;
      await create();
    }
    const { items } = await refused();
    expect(items).toHaveLength(20);
    expect([items[0]?.at, items[19]?.at]).toEqual([24, 5].map((n) => new Date(now + n).toISOString()));
  });

  it('leave out what nobody had signed, what names no account, what is no command, and our own faults', async () => {
    await call(service, '/v1/videos', { method: 'POST', token: null, body: order, headers: { 'idempotency-key': 'k' } });
    await create({ ...order, accountId: 'a 1' });
    await create([]);
    service.answers.GetLedger = () => ({ items: [], nextCursor: null });
    await call(service, '/v1/accounts/a-1/ledger?limit=0');
    service.answers.CreateVideo = () => ({ kind: 'refused', refusal: { code: 'store-unavailable' } });
    await create();
    expect((await refused()).items).toEqual([]);
  });

  it('tell of a form once it has named its account', async () => {
    const form = ['accountId', 'a-1', 'file', 'not a picture'];
    const [first, account, second, content] = form;
    const body = `--x\r\ncontent-disposition: form-data; name="${first}"\r\n\r\n${account}\r\n--x\r\ncontent-disposition: form-data; name="${second}"; filename="x.png"\r\ncontent-type: image/png\r\n\r\n${content}\r\n--x--\r\n`;
    const answer = await call(service, '/v1/artworks', {
      method: 'POST',
      body,
      headers: { 'content-type': 'multipart/form-data; boundary=x' },
    });
    expect(answer.status).toBe(415);
    expect((await refused()).items).toMatchObject([{ command: 'UploadArtwork', code: 'unsupported-media-type', actor: 'staff' }]);
  });
});
