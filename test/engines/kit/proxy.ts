import { createServer, connect, type Server, type Socket } from 'node:net';
import { freePort } from './ports.js';

/** A TCP proxy in front of a loopback port that loses what a network loses. It begins by passing everything. */
export interface Proxy {
  readonly port: number;
  /** How many connections were cut by `cutAnswers`. */
  readonly cuts: number;
  /** Everything passes again, without delay. */
  pass(): Promise<void>;
  /** Requests get through; the first byte of an answer ends its connection instead: done, and not told. After `times` of it, passes. */
  cutAnswers(times?: number): void;
  /** Breaks all connections, and takes no new ones. */
  refuse(): Promise<void>;
  /** What is sent from now on arrives so much later, in both directions, in order. */
  delay(ms: number): void;
  close(): Promise<void>;
}

export async function startProxy(target: number): Promise<Proxy> {
  const port = await freePort();
  const sockets = new Set<Socket>();
  let server: Server | undefined;
  let [cutsLeft, cuts, delayMs] = [0, 0, 0];

  const pipe = (from: Socket, to: Socket, mayPass: () => boolean) => {
    let last: Promise<unknown> = Promise.resolve();
    const inOrder = (act: () => void) => {
      last = delayMs > 0 ? Promise.all([last, new Promise((resolve) => setTimeout(resolve, delayMs))]).then(act) : last.then(act);
    };
    from.on('data', (chunk) => {
      if (!mayPass()) return;
      inOrder(() => {
        if (to.destroyed || to.write(chunk)) return;
        from.pause();
        to.once('drain', () => from.resume());
      });
    });
    from.on('end', () => inOrder(() => to.end()));
    // Whatever ends one side ends the other: an error of the network is the other side's to notice.
    from.on('error', () => to.destroy());
    from.on('close', () => inOrder(() => to.destroy()));
  };
  const take = (client: Socket) => {
    const upstream = connect(target, '127.0.0.1');
    for (const socket of [client, upstream]) {
      sockets.add(socket.setNoDelay());
      socket.on('close', () => sockets.delete(socket));
    }
    pipe(client, upstream, () => true);
    pipe(upstream, client, () => {
      if (upstream.destroyed) return false;
      if (cutsLeft === 0) return true;
      cutsLeft -= 1;
      cuts += 1;
      client.destroy();
      upstream.destroy();
      return false;
    });
  };
  const listen = () =>
    new Promise<void>((resolve, reject) => {
      server = createServer({ allowHalfOpen: true }, take).once('error', reject).listen(port, '127.0.0.1', resolve);
    });
  const refuse = () =>
    new Promise<void>((resolve) => {
      for (const socket of sockets) socket.destroy();
      const closing = server;
      server = undefined;
      if (closing) closing.close(() => resolve());
      else resolve();
    });
  await listen();
  return {
    port,
    get cuts() {
      return cuts;
    },
    pass: async () => {
      [cutsLeft, delayMs] = [0, 0];
      if (!server) await listen();
    },
    cutAnswers: (times = Infinity) => {
      cutsLeft = times;
    },
    refuse,
    delay: (ms) => {
      delayMs = ms;
    },
    close: refuse,
  };
}
