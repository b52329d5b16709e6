import type { BusinessClock, MachineClock } from './clock.port.js';

/** The machine's own time. */
export const systemBusinessClock: BusinessClock = { now: () => Date.now() };

/** The machine's own time and timers. */
export const systemMachineClock: MachineClock = {
  now: () => Date.now(),
  sleep: (ms, signal) =>
    new Promise((resolve) => {
      if (signal?.aborted === true) return resolve();
      if (ms <= 0) return void setImmediate(resolve); // a timer would wait a whole millisecond
      const wake = (): void => {
        clearTimeout(timer);
        signal?.removeEventListener('abort', wake);
        resolve();
      };
      const timer = setTimeout(wake, ms);
      signal?.addEventListener('abort', wake);
    }),
};
