const LOOK_MS = 50;
const WAIT_MS = 10_000;

/** Asks again and again until the answer is as wanted, and gives it. Fails by name, with the last answer, when the wait is over. */
export async function until<T>(what: string, ask: () => Promise<T> | T, wanted: (answer: T) => boolean, waitMs = WAIT_MS): Promise<T> {
  const deadline = performance.now() + waitMs;
  for (;;) {
    const answer = await ask();
    if (wanted(answer)) return answer;
    if (performance.now() > deadline) throw new Error(`${what}: not within ${waitMs} ms; the last answer was ${JSON.stringify(answer)}`);
    await new Promise((resolve) => setTimeout(resolve, LOOK_MS));
  }
}
