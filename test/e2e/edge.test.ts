import { randomUUID } from 'node:crypto';
import type { RoomMockup } from '#contracts';
import sharp from 'sharp';
import { subscription } from './billing.js';
import { expectStatus, type Answered, type Client } from './client.js';
import { picture } from './pictures.js';
import { allScopes, routes } from './routes.js';
import { freshFolder, Service } from './service-under-test.js';
import { members } from './shapes.js';

const ARTWORK_LIMIT_MB = 60;

describe('The edge, from outside', () => {
  const folder = freshFolder();
  let service: Service;
  let client: Client;
  let artworkId: string;
  beforeAll(async () => {
    service = await Service.start(folder);
    client = service.client;
    artworkId = await client.artwork('a-1', await picture());
    await client.grant('a-1', 5);
  });
  afterAll(async () => {
    await service.finish();
  });

  /** All that was ever written, as far as one can see from outside. */
  async function written(): Promise<unknown> {
    const { videos, keys, parked } = {
      videos: await client.all('/v1/videos?accountId=a-1'),
      keys: await client.get<object>('/v1/ops/keys'),
      parked: await client.all('/v1/ops/parked'),
    };
    return { facts: await client.facts(), ledger: await client.ledger('a-1'), videos, keys: keys.body, parked };
  }

  function expectProblem({ headers, body, status }: Answered): void {
    expect(headers.get('content-type')).toContain('application/problem+json');
    expect(members(body)).toEqual(expect.arrayContaining(['code', 'instance', 'status', 'title', 'type']));
    expect(body.status).toBe(status);
    expect(JSON.stringify(body)).not.toMatch(/\bat .*\.js:\d+|node_modules/);
  }

  it('who may what: nobody 401, a missing scope 403, the right scope is let in, on every route', async () => {
    const keys = new Map<string, Client>();
    for (const scope of allScopes) keys.set(scope, client.as(await client.newKey([scope])));
    const before = await written();
    for (const { method, path, scope } of routes) {
      const cell = `${method} ${path}`;
      for (const token of [undefined, 'vc_staff_wrong', '', 'x'.repeat(10_000)]) {
        const answered = await client.as(token).ask(method, path, { key: randomUUID() });
        if (token?.length === 10_000) expect([cell, [401, 431].includes(answered.status)]).toEqual([cell, true]);
        else {
          expect([cell, answered.status, answered.body.code]).toEqual([cell, 401, 'unauthenticated']);
          expectProblem(answered);
        }
      }
      for (const [held, caller] of keys) {
        // The long jobs, and the answer without an end, need no second proof that they are let in.
        if (held === scope && /verify|rebuild|stream/.test(path)) continue;
        const answered = await caller.ask(method, path, { key: randomUUID() });
        if (held === scope) expect([cell, held, [401, 403].includes(answered.status)]).toEqual([cell, held, false]);
        else {
          expect([cell, held, answered.status, answered.body.code]).toEqual([cell, held, 403, 'missing-scope']);
          expectProblem(answered);
        }
      }
    }
    expect(await written()).toEqual(before);
  });

  it('a key works until it is revoked, and its token is told once', async () => {
    const made = expectStatus(
      201,
      await client.post<{ id: string; token: string }>('/v1/ops/keys', { name: 'analytics', scopes: ['events:read'] }),
    );
    expect((await client.as(made.token).get('/v1/events')).status).toBe(200);
    expect(JSON.stringify((await client.get('/v1/ops/keys')).body)).not.toContain(made.token);
    expect((await client.ask('DELETE', `/v1/ops/keys/${made.id}`)).status).toBeLessThan(300);
    expect((await client.as(made.token).get('/v1/events')).status).toBe(401);
  });

  it('signed addresses need no header; a changed one is 403', async () => {
    const { items } = expectStatus(200, await client.get<{ items: { roomId: string; name: string; previewUrl: string }[] }>('/v1/rooms'));
    expect(items.length).toBeGreaterThanOrEqual(4);
    for (const room of items) {
      expect(members(room)).toEqual(['name', 'previewUrl', 'roomId']);
      const preview = await client.as(undefined).send('GET', room.previewUrl);
      expect([preview.status, preview.headers.get('content-type')?.startsWith('image/')]).toEqual([200, true]);
    }
    const other = await client.as(undefined).get(`${items[0]?.previewUrl}x`);
    expect([other.status, other.body.code]).toEqual([403, 'invalid-signature']);
  });

  it('every room has a mock-up: a real picture of the size it says, and where artworks hang in it', async () => {
    const { items } = expectStatus(200, await client.get<{ items: { roomId: string }[] }>('/v1/rooms'));
    expect(items).toHaveLength(5);
    for (const { roomId } of items) {
      const mockup = expectStatus(200, await client.get<RoomMockup>(`/v1/rooms/${roomId}/mockup`));
      expect(members(mockup)).toEqual(['frame', 'front', 'hanging', 'height', 'light', 'pictureUrl', 'roomId', 'shadows', 'wall', 'width']);
      expect(mockup.light.colours).toHaveLength(mockup.light.columns * mockup.light.rows);
      const picture = await client.as(undefined).send('GET', mockup.pictureUrl);
      expect(picture.status).toBe(200);
      const { format, width, height } = await sharp(Buffer.from(await picture.arrayBuffer())).metadata();
      expect({ format, width, height, roomId }).toEqual({
        format: 'webp',
        width: mockup.width,
        height: mockup.height,
        roomId: mockup.roomId,
      });
    }
    const unknown = await client.get('/v1/rooms/nowhere/mockup');
    expect([unknown.status, unknown.body.code]).toEqual([404, 'unknown-room']);
  });

  it('what has the wrong shape is refused and nothing is written', async () => {
    const before = await written();
    const video = { accountId: 'a-1', artworkId, roomId: 'living-room' };
    const grant = { credits: 1, source: 'purchase', reason: 'ordered' };
    const grants = '/v1/accounts/a-1/grants';
    const shapes: [path: string, body: unknown, statuses: number[]][] = [
      ...[
        { ...video, extra: 1 },
        { ...video, title: 7 },
        { ...video, accountId: ['a-1'] },
        { ...video, accountId: 'two words' },
        { ...video, accountId: 'x'.repeat(129) },
        { ...video, title: 'x'.repeat(10_000) },
        { accountId: 'a-1' },
        [],
        null,
        'text',
        7,
      ].map((body): [string, unknown, number[]] => ['/v1/videos', JSON.stringify(body), [400]]),
      ...[
        { ...video, roomId: 'nowhere' },
        { ...video, artworkId: 'none' },
        { ...video, accountId: 'somebody-else' },
      ].map((body): [string, unknown, number[]] => ['/v1/videos', JSON.stringify(body), [404]]),
      ...[0, -1, 1.5, 1_001, '3', 1e21, null, true].map((credits): [string, unknown, number[]] => [
        grants,
        JSON.stringify({ ...grant, credits }),
        [400, 422],
      ]),
      ...[
        { source: 'plan' },
        { source: 'trial' },
        { reason: '' },
        { reason: 'x'.repeat(201) },
        { reason: undefined },
        { expiresAt: 'soon' },
        { expiresAt: '2020-01-01T00:00:00Z' },
        { expiresAt: '2030-01-01T00:00:00Z', validFrom: '2031-01-01T00:00:00Z' },
        { validFrom: '2030-02-30T00:00:00Z' },
        { spare: 1 },
      ].map((more): [string, unknown, number[]] => [grants, JSON.stringify({ ...grant, ...more }), [400, 422]]),
      ['/v1/videos', '{"accountId":', [400]],
      ['/v1/videos', '', [400, 415]],
      ['/v1/videos', `{"__proto__":{"admin":true},"accountId":"a-1"}`, [400]],
      ['/v1/videos', JSON.stringify({ ...video, title: 'x'.repeat(3_000_000) }), [413]],
      [grants, JSON.stringify({ ...grant, reason: 'x'.repeat(3_000_000) }), [413]],
      ['/v1/billing-events', 'x'.repeat(3_000_000), [413]],
      ['/v1/accounts/two%20words/grants', JSON.stringify(grant), [400, 404]],
      ['/v1/ops/keys', JSON.stringify({ name: 'x', scopes: ['everything'] }), [400]],
      ['/v1/test-clock', JSON.stringify({ advance: 'a while' }), [400]],
      ['/v1/test-clock', JSON.stringify({}), [400]],
      ['/v1/render-jobs/claim', JSON.stringify({ workerId: 'w', waitMs: -1 }), [400]],
    ];
    for (const [path, body, statuses] of shapes) {
      const answered = await client.post(path, body, { key: randomUUID(), headers: { 'content-type': 'application/json' } });
      const what = `${path} ${String(body).slice(0, 90)}`;
      expect([what, answered.status, statuses.includes(answered.status)]).toEqual([what, answered.status, true]);
      expectProblem(answered);
    }
    for (const type of ['text/plain', 'application/xml', 'multipart/form-data; boundary=x']) {
      const answered = await client.post('/v1/videos', JSON.stringify(video), { key: randomUUID(), headers: { 'content-type': type } });
      expect([type, answered.status]).toEqual([type, 415]);
      expectProblem(answered);
    }
    expect(await written()).toEqual(before);
  });

  it('pictures that are none are refused', async () => {
    const before = await written();
    const upload = (content: Uint8Array<ArrayBuffer>, type: string, accountId?: string) => {
      const form = new FormData();
      if (accountId !== undefined) form.set('accountId', accountId);
      form.set('file', new Blob([content], { type }), 'file');
      return client.ask('POST', '/v1/artworks', { body: form });
    };
    const good = new Uint8Array(await picture());
    const cases: [string, Promise<Answered>, number[]][] = [
      ['cut off', upload(good.slice(0, 40), 'image/png', 'a-1'), [422]],
      ['noise', upload(new Uint8Array(1_000).fill(7), 'image/png', 'a-1'), [415, 422]],
      ['empty', upload(new Uint8Array(0), 'image/png', 'a-1'), [400, 415, 422]],
      ['a gif', upload(new TextEncoder().encode('GIF89a\u0001\u0000'), 'image/gif', 'a-1'), [415]],
      ['text', upload(new TextEncoder().encode('hello'), 'text/plain', 'a-1'), [415]],
      ['nobody’s', upload(good, 'image/png'), [400]],
      ['too long', upload(new Uint8Array(ARTWORK_LIMIT_MB * 1_048_576), 'image/png', 'a-1'), [413]],
      ['JSON', client.post('/v1/artworks', { accountId: 'a-1' }), [415]],
    ];
    for (const [what, asked, statuses] of cases) {
      const answered = await asked;
      expect([what, answered.status, statuses.includes(answered.status)]).toEqual([what, answered.status, true]);
      expectProblem(answered);
    }
    expect(await written()).toEqual(before);
    const stranger = await client.createVideo('a-2', artworkId);
    expect([stranger.status, stranger.body.code]).toEqual([404, 'unknown-artwork']);
  });

  it('unknown routes and methods are 404 and 405, odd queries 400, as problems', async () => {
    for (const [method, path, status] of [
      ['GET', '/v1/nothing', 404],
      ['GET', '/v1/videos/none', 404],
      ['GET', '/v1/videos/none/download', 404],
      ['DELETE', '/v1/videos', 405],
      ['PUT', '/v1/accounts/a-1/credits', 405],
      ['GET', '/v1/videos?accountId=a-1&limit=101', 400],
      ['GET', '/v1/videos?accountId=a-1&cursor=bad', 400],
      ['GET', '/v1/accounts/a-1/credits?colour=red', 400],
      ['GET', '/v1/accounts/%00/credits', 400],
    ] as const) {
      const answered = await client.ask(method, path);
      expect([method, path, answered.status]).toEqual([method, path, status]);
      expectProblem(answered);
    }
  });

  it('a billing event for one account says nothing to another', async () => {
    const now = new Date().toISOString();
    const end = new Date(Date.now() + 30 * 86_400_000).toISOString();
    const before = await client.ledger('a-1');
    expectStatus(202, await client.billing('billing.subscription.started', { ...subscription('a-3', 'artist-basic', now, end) }));
    expect(await client.ledger('a-1')).toEqual(before);
  });
});
