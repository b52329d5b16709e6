import type { QueueClock } from '../src/delivery/surroundings.js';

/** A clock that runs `times` faster than the wall's, so that back-off takes no time worth speaking of. */
export function quickClock(times: number): QueueClock {
  const began = Date.now();
  return {
    now: () => began + Math.floor(performance.now() * times),
    sleep: (ms, signal) =>
      new Promise((resolve) => {
        if (signal?.aborted) {
          resolve();
          return;
        }
        const end = (): void => {
          clearTimeout(timer);
          signal?.removeEventListener('abort', end);
          resolve();
        };
        const timer = setTimeout(end, Math.ceil(ms / times));
        signal?.addEventListener('abort', end);
      }),
  };
}
