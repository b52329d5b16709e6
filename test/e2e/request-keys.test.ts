import { randomUUID } from 'node:crypto';
import { expectStatus, type Client } from './client.js';
import { picture } from './pictures.js';
import { freePort, freshFolder, Service } from './service-under-test.js';

describe('Idempotency-Key (rule 8)', () => {
  const folder = freshFolder();
  let environment = {};
  let service: Service;
  let client: Client;
  let artworkId: string;
  const accountId = 'keys';

  async function start(): Promise<void> {
    service = await Service.start(folder, environment);
    client = service.client;
  }

  beforeAll(async () => {
    environment = { PORT: String(await freePort()) };
    await start();
    artworkId = await client.artwork(accountId, await picture());
    await client.grant(accountId, 50);
  });
  afterAll(async () => {
    await service.finish();
  });

  it('is required for videos and grants, and is 1 to 255 visible characters', async () => {
    const body = { accountId, artworkId, roomId: 'living-room' };
    const grant = { credits: 1, source: 'goodwill', reason: 'a bad day' };
    const before = await client.ledger(accountId);
    for (const [path, content] of [
      ['/v1/videos', body],
      [`/v1/accounts/${accountId}/grants`, grant],
    ] as const) {
      const none = await client.post(path, content);
      expect([none.status, none.body.code]).toEqual([400, 'idempotency-key-required']);
      for (const key of ['x'.repeat(256), 'two words', 'grün']) {
        const bad = await client.post(path, content, { key: Buffer.from(key).toString('latin1') });
        expect([key, bad.status, bad.body.code]).toEqual([key, 400, 'invalid-idempotency-key']);
      }
      expect((await client.post(path, content, { key: 'x'.repeat(255) })).status).toBe(201);
    }
    expect(await client.ledger(accountId)).toHaveLength(before.length + 2);
  });

  it('a repeat answers what the first did, also after a restart and after kill -9; other content is 422', async () => {
    const [key, grantKey] = [randomUUID(), randomUUID()];
    const first = await client.createVideo(accountId, artworkId, key, { title: 'One' });
    const granted = await client.grant(accountId, 3, { expiresAt: '2031-01-01T00:00:00Z' }, grantKey);
    expect([first.status, granted.status]).toEqual([201, 201]);
    expect(first.headers.get('idempotent-replayed')).toBeNull();
    expectStatus(200, await client.post(`/v1/videos/${first.body.video.videoId}/cancel`));
    await client.grant(accountId, 1);
    const lines = await client.ledger(accountId);
    const calm = async (): Promise<void> => {
      const again = await client.createVideo(accountId, artworkId, key, { title: 'One' });
      expect(again.status).toBe(201);
      expect(again.headers.get('idempotent-replayed')).toBe('true');
      expect(again.body.video).toEqual(first.body.video);
      expect([again.body.credits.available, again.body.credits.allotments]).toEqual([
        first.body.credits.available,
        first.body.credits.allotments,
      ]);
      const same = await client.grant(accountId, 3, { expiresAt: '2031-01-01T01:00:00+01:00' }, grantKey);
      expect(same.headers.get('idempotent-replayed')).toBe('true');
      expect(same.body.allotment).toEqual(granted.body.allotment);
      for (const other of [await client.createVideo(accountId, artworkId, key), await client.grant(accountId, 4, {}, grantKey)])
        expect([other.status, other.body.code]).toEqual([422, 'idempotency-key-reused']);
      expect(await client.ledger(accountId)).toEqual(lines);
    };
    await calm();
    expect(await service.stop()).toBe(0);
    await start();
    await calm();
    await service.kill();
    await start();
    await calm();
  });

  it('the same key is another one for another account and for another command', async () => {
    const key = randomUUID();
    const other = await client.artwork('keys-2', await picture());
    await client.grant('keys-2', 1);
    const [one, two] = [await client.createVideo(accountId, artworkId, key), await client.createVideo('keys-2', other, key)];
    expect([one.status, two.status, (await client.grant(accountId, 1, {}, key)).status]).toEqual([201, 201, 201]);
    expect(one.body.video.videoId).not.toBe(two.body.video.videoId);
  });

  it('twenty sends at once take one credit; each gets the one answer or 409 with Retry-After', async () => {
    const key = randomUUID();
    const { available } = await client.credits(accountId);
    const answers = await Promise.all(Array.from({ length: 20 }, () => client.createVideo(accountId, artworkId, key)));
    const accepted = answers.filter(({ status }) => status === 201);
    expect(accepted.length).toBeGreaterThan(0);
    expect(new Set(accepted.map(({ body }) => body.video.videoId)).size).toBe(1);
    for (const waiting of answers.filter(({ status }) => status !== 201)) {
      expect([waiting.status, waiting.body.code]).toEqual([409, 'idempotency-key-in-use']);
      expect(Number(waiting.headers.get('retry-after'))).toBeGreaterThan(0);
    }
    expect((await client.credits(accountId)).available).toBe(available - 1);
  });

  it('a refusal is not remembered: the key may be tried again', async () => {
    const account = 'keys-3';
    const artwork = await client.artwork(account, await picture());
    const key = randomUUID();
    expect((await client.createVideo(account, artwork, key)).status).toBe(402);
    expect((await client.createVideo(account, artwork, key, { roomId: 'nowhere' })).status).toBe(404);
    await client.grant(account, 1);
    const now = await client.createVideo(account, artwork, key);
    expect([now.status, now.headers.get('idempotent-replayed')]).toEqual([201, null]);
    // The key goes before what depends on state: an unknown room under a used key is other content, not 404.
    const reused = await client.createVideo(account, artwork, key, { roomId: 'nowhere' });
    expect([reused.status, reused.body.code]).toEqual([422, 'idempotency-key-reused']);
  });

  it('cancel and revoke repeat safely without a key', async () => {
    const account = 'keys-4';
    const artwork = await client.artwork(account, await picture());
    const granted = expectStatus(201, await client.grant(account, 2));
    const made = expectStatus(201, await client.createVideo(account, artwork));
    const cancel = () => client.post(`/v1/videos/${made.video.videoId}/cancel`);
    const [cancelled, again] = [expectStatus(200, await cancel()), expectStatus(200, await cancel())];
    expect(again).toEqual(cancelled);
    const revoke = () => client.post(`/v1/accounts/${account}/allotments/${granted.allotment.id}/revoke`, { reason: 'paid back' });
    const [revoked, twice] = [expectStatus(200, await revoke()), expectStatus(200, await revoke())];
    expect(twice).toEqual(revoked);
    expect((await client.ledger(account)).map(({ type }) => type).filter((type) => type === 'credits.revoked')).toHaveLength(1);
    expect((await client.credits(account)).available).toBe(0);
    expect((await client.post(`/v1/accounts/${account}/allotments/none/revoke`, { reason: 'x' })).status).toBe(404);
  });
});
