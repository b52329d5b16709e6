import { createHash } from 'node:crypto';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';

/** The service as a worker sees it: artworks by address, uploads, and the two routes of the HTTP variant. */
export class Service {
  readonly uploads = new Map<string, Buffer>();
  readonly results: { readonly type: string; readonly data: Record<string, unknown> }[] = [];
  readonly artworks = new Map<string, Buffer>();
  /** Jobs to be claimed over HTTP. */
  readonly jobs: unknown[] = [];
  /** What becomes of a video that is announced: it is to be put here, or straight into a store that takes it or does not. */
  direct: 'none' | 'taken' | 'refused' = 'none';
  /** What was put straight into the store, by path. */
  readonly stored = new Map<string, Buffer>();
  /** So many requests are answered 503 first. */
  away = 0;

  private constructor(
    private readonly server: Server,
    readonly url: string,
  ) {}

  static async start(): Promise<Service> {
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const service = new Service(server, `http://127.0.0.1:${(server.address() as AddressInfo).port}`);
    server.on('request', (request, response) => {
      const chunks: Buffer[] = [];
      request.on('data', (chunk: Buffer) => chunks.push(chunk));
      request.on('end', () => {
        const [status, body] = service.answer(request.method ?? '', request.url ?? '', Buffer.concat(chunks));
        response.writeHead(status, { 'content-type': 'application/json' }).end(body);
      });
    });
    return service;
  }

  async stop(): Promise<void> {
    this.server.closeAllConnections();
    await new Promise((resolve) => this.server.close(resolve));
  }

  private answer(method: string, path: string, body: Buffer): [number, (Buffer | string)?] {
    if (this.away > 0) {
      this.away--;
      return [503];
    }
    if (method === 'GET') {
      const artwork = this.artworks.get(path);
      return artwork === undefined ? [404] : [200, artwork];
    }
    if (method === 'POST' && path.startsWith('/upload/')) {
      const announced = JSON.parse(body.toString()) as { readonly bytes: number; readonly sha256: string };
      const direct = { method: 'PUT', url: `${this.url}/store${path}`, headers: { 'content-length': String(announced.bytes) } };
      return [200, JSON.stringify({ ...announced, upload: this.direct === 'none' ? null : direct, videoUrl: `${path}/direct` })];
    }
    if (method === 'PUT' && path.startsWith('/store/')) {
      if (this.direct === 'refused') return [403, '<Error/>'];
      this.stored.set(path, body);
      return [200];
    }
    if (method === 'PUT') {
      this.uploads.set(path, body);
      return [
        201,
        JSON.stringify({ videoUrl: `${path}/file`, bytes: body.length, sha256: createHash('sha256').update(body).digest('hex') }),
      ];
    }
    if (path === '/v1/render-jobs/claim') {
      const job = this.jobs.shift();
      return job === undefined ? [204] : [200, JSON.stringify(job)];
    }
    this.results.push(JSON.parse(body.toString()) as (typeof this.results)[number]);
    return [202, JSON.stringify({ position: '1' })];
  }
}
