import { type ClientRequest, request } from 'node:http';
import sharp from 'sharp';
import { call } from './client.js';
import { type Service, staffToken, startService } from './service.js';

describe('uploads of artworks by slow callers', () => {
  let service: Service;
  beforeAll(async () => void (service = await startService()));
  afterAll(() => service.app.close());

  it('keep nobody else out, nor do those that broke off', async () => {
    const picture = await sharp({ create: { width: 30, height: 20, channels: 3, background: '#a33' } })
      .png()
      .toBuffer();
    const body = Buffer.concat([
      Buffer.from('--line\r\nContent-Disposition: form-data; name="accountId"\r\n\r\na-1\r\n'),
      Buffer.from('--line\r\nContent-Disposition: form-data; name="file"; filename="x"\r\n\r\n'),
      picture,
      Buffer.from('\r\n--line--\r\n'),
    ]);
    const headers = { 'content-type': 'multipart/form-data; boundary=line' };
    const begin = (): Promise<ClientRequest> =>
      new Promise((resolve) => {
        const outgoing = request({
          host: '127.0.0.1',
          port: service.port,
          method: 'POST',
          path: '/v1/artworks',
          headers: { ...headers, authorization: `Bearer ${staffToken}`, 'content-length': String(body.byteLength) },
        });
        outgoing.on('error', () => undefined);
        outgoing.write(body.subarray(0, 150), () => resolve(outgoing));
      });
    const broken = await Promise.all(Array.from({ length: 40 }, begin));
    for (const outgoing of broken) outgoing.destroy();
    const dripping = await Promise.all(Array.from({ length: 8 }, begin));
    expect((await call(service, '/v1/artworks', { method: 'POST', body, headers })).status).toBe(201);
    for (const outgoing of dripping) outgoing.destroy();
  });
});
