import { once } from 'node:events';
import { connect, createServer, type Server, type Socket } from 'node:net';
import type { AddressInfo } from 'node:net';
import { type Proxy, startProxy } from './proxy.js';

const DELAY_MS = 80;

describe('the cutting proxy', () => {
  const received: string[] = [];
  let server: Server;
  let proxy: Proxy;

  beforeAll(async () => {
    server = createServer((socket) => {
      socket.on('data', (chunk) => {
        received.push(chunk.toString());
        socket.write(`answer to ${chunk.toString()}`);
      });
      socket.on('error', () => socket.destroy());
    }).listen(0, '127.0.0.1');
    await once(server, 'listening');
    proxy = await startProxy((server.address() as AddressInfo).port);
  });
  beforeEach(async () => {
    await proxy.pass();
    received.length = 0;
  });
  afterAll(async () => {
    await proxy.close();
    server.close();
  });

  it('passes requests and answers', async () => {
    expect(await asked('one')).toBe('answer to one');
  });

  it('lets the request through and loses its answer, as often as it is told', async () => {
    const before = proxy.cuts;
    proxy.cutAnswers(1);
    expect(await asked('two')).toBe('cut');
    expect(received).toEqual(['two']);
    expect(proxy.cuts).toBe(before + 1);
    expect(await asked('three')).toBe('answer to three');
  });

  it('cuts the answer of a connection that was open before', async () => {
    const socket = await connected();
    expect(await asked('first', socket)).toBe('answer to first');
    proxy.cutAnswers();
    expect(await asked('second', socket)).toBe('cut');
    expect(received).toEqual(['first', 'second']);
  });

  it('refuses, and passes again on the same port', async () => {
    const open = await connected();
    await proxy.refuse();
    if (!open.closed) await once(open, 'close');
    await expect(connected()).rejects.toThrow('ECONNREFUSED');
    await proxy.pass();
    expect(await asked('four')).toBe('answer to four');
  });

  it('delays both ways and keeps the order', async () => {
    proxy.delay(DELAY_MS);
    const socket = await connected();
    const began = performance.now();
    socket.write('a');
    socket.write('b');
    await allOf(socket, 'answer to ab', 'answer to aanswer to b');
    expect(performance.now() - began).toBeGreaterThanOrEqual(2 * DELAY_MS - 2);
    socket.destroy();
  });

  async function connected(): Promise<Socket> {
    const socket = connect(proxy.port, '127.0.0.1').setNoDelay();
    await once(socket, 'connect');
    return socket;
  }

  async function asked(question: string, on?: Socket): Promise<string> {
    const socket = on ?? (await connected());
    const answer = new Promise<string>((resolve) => {
      socket.once('data', (chunk) => resolve(chunk.toString()));
      socket.once('close', () => resolve('cut'));
      socket.once('error', () => resolve('cut'));
    });
    socket.write(question);
    const told = await answer;
    if (!on) socket.destroy();
    return told;
  }
});

/** All that came until it is one of those. */
async function allOf(socket: Socket, ...wanted: string[]): Promise<void> {
  let came = '';
  for await (const chunk of socket.iterator({ destroyOnReturn: false })) {
    came += String(chunk);
    if (wanted.includes(came)) return;
  }
  throw new Error(`Only ${came} came.`);
}
