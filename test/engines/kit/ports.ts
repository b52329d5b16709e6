import { createServer } from 'node:net';

/**
 * Below the range that the system gives to outgoing connections (from 32768): a server that was killed finds its port free when it
 * comes back, and no client that knocks at a dead port can be connected to itself.
 */
const FIRST = 15_000;
const LAST = 30_000;
const TRIES = 200;

const given = new Set<number>();

/** A loopback port that nobody listens on now, and that this process has not given before. */
export async function freePort(): Promise<number> {
  for (let tried = 0; tried < TRIES; tried += 1) {
    const port = FIRST + Math.floor(Math.random() * (LAST - FIRST));
    if (given.has(port) || !(await isFree(port))) continue;
    given.add(port);
    return port;
  }
  throw new Error(`No free port between ${FIRST} and ${LAST} in ${TRIES} tries.`);
}

function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer()
      .once('error', () => resolve(false))
      .listen(port, '127.0.0.1', () => server.close(() => resolve(true)));
  });
}
