import { connect, type Socket } from 'node:net';

export interface Load {
  readonly port: number;
  readonly connections: number;
  readonly requests: number;
  /** The n-th request as it goes over the wire. */
  readonly request: (n: number) => string;
  readonly expectStatus: number;
  /** Waits until the n-th request is to be sent. */
  readonly before?: (n: number) => Promise<void>;
  readonly answered?: (n: number, body: string) => void;
}

export interface LoadResult {
  readonly seconds: number;
  readonly perSecond: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
}

/** Sends requests over kept-alive connections, one at a time on each, with as little work of its own as can be. Throws on any other status. */
export async function load(options: Load): Promise<LoadResult> {
  const { connections, requests, before, answered } = options;
  const latencies = new Float64Array(requests);
  let next = 0;
  const begin = performance.now();
  await Promise.all(
    Array.from({ length: connections }, async () => {
      const socket = await open(options.port);
      const exchange = exchanger(socket);
      for (let n = next++; n < requests; n = next++) {
        await before?.(n);
        const sent = performance.now();
        const { status, body } = await exchange(options.request(n));
        if (status !== options.expectStatus) throw new Error(`request ${n} was answered ${status}: ${body()}`);
        latencies[n] = performance.now() - sent;
        answered?.(n, body());
      }
      socket.destroy();
    }),
  );
  const seconds = (performance.now() - begin) / 1_000;
  latencies.sort();
  const at = (share: number): number => Number((latencies[Math.floor(share * (requests - 1))] ?? 0).toFixed(2));
  return { seconds, perSecond: Math.round(requests / seconds), p50Ms: at(0.5), p99Ms: at(0.99) };
}

/** One HTTP/1.1 POST with a JSON body. */
export function post(path: string, headers: { readonly [name: string]: string }, body: string): string {
  const lines = Object.entries({
    host: 'localhost',
    'content-type': 'application/json',
    'content-length': String(Buffer.byteLength(body)),
    ...headers,
  });
  return `POST ${path} HTTP/1.1\r\n${lines.map(([name, value]) => `${name}: ${value}\r\n`).join('')}\r\n${body}`;
}

function open(port: number): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const socket = connect(port, '127.0.0.1', () => resolve(socket));
    socket.setNoDelay(true);
    socket.once('error', reject);
  });
}

interface Answer {
  readonly status: number;
  readonly body: () => string;
}

function exchanger(socket: Socket): (request: string) => Promise<Answer> {
  let received = '';
  let done: (answer: Answer) => void = () => undefined;
  let fail: (error: Error) => void = () => undefined;
  socket.setEncoding('latin1');
  socket.on('data', (chunk: string) => {
    received += chunk;
    const head = received.indexOf('\r\n\r\n');
    if (head < 0) return;
    const length = /content-length: (\d+)/i.exec(received.slice(0, head))?.[1];
    if (received.length < head + 4 + Number(length ?? 0)) return;
    const whole = received;
    received = '';
    done({ status: Number(whole.slice(9, 12)), body: () => whole.slice(head + 4) });
  });
  socket.on('close', () => fail(new Error('the service closed the connection')));
  return (request) =>
    new Promise((resolve, reject) => {
      done = resolve;
      fail = reject;
      socket.write(request);
    });
}
