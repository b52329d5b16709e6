import { systemMachineClock } from '#event-sourcing';

const EVERY_MS = 3_000;

/** Says now and then how far long work has come; nothing of what is done sooner. */
export class MovingProgress {
  #done = 0;
  #saidAt = systemMachineClock.now();

  /** `what` follows the number, as in `120000 events checked`. */
  constructor(
    private readonly say: (text: string) => void,
    private readonly what: string,
  ) {}

  add(count: number): void {
    this.#done += count;
    const now = systemMachineClock.now();
    if (now - this.#saidAt < EVERY_MS) return;
    this.#saidAt = now;
    this.say(`${this.#done} ${this.what}\n`);
  }
}
