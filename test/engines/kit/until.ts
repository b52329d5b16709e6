const LOOK_MS = 50;

/** Waits for an answer: asks again while there is none or asking fails, and tells the last failure when the time is over. */
export async function until<T>(what: string, withinMs: number, ask: () => T | undefined | Promise<T | undefined>): Promise<T> {
  const deadline = performance.now() + withinMs;
  for (let failure: unknown = 'no answer'; ; ) {
    try {
      const answer = await ask();
      if (answer !== undefined) return answer;
    } catch (error) {
      if (error instanceof GaveUp) throw error;
      failure = error;
    }
    if (performance.now() > deadline) throw new Error(`${what}: not within ${withinMs} ms. Last: ${String(failure)}`, { cause: failure });
    await new Promise((resolve) => setTimeout(resolve, LOOK_MS));
  }
}

const LOOK_AGAIN_MS = 10;

/** Waits until something has come about; what asking throws comes out. */
export async function eventually(what: string, withinMs: number, holds: () => boolean | Promise<boolean>): Promise<void> {
  const deadline = performance.now() + withinMs;
  while (!(await holds())) {
    if (performance.now() > deadline) throw new Error(`in vain for ${withinMs} ms: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, LOOK_AGAIN_MS));
  }
}

/** Thrown inside `until` where asking again is of no use. */
export class GaveUp extends Error {}
