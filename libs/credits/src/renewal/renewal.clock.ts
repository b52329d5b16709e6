import type { BusinessClock, MachineClock } from '#event-sourcing';

/** The accounts to which time brings something: the due rows, and the command that writes what is due. */
export interface DueAccounts {
  /** Accounts due at or before `now` (ms), earliest first. */
  due(now: number, limit: number): Promise<readonly string[]>;
  /** Writes what is due; true where something was written. Resolves when it is durable. */
  settle(accountId: string): Promise<boolean>;
  /** Resolves once the due rows show everything that is in the log now; at once, and perhaps too early, when `signal` aborts. */
  shown(signal?: AbortSignal): Promise<void>;
}

/** Accounts looked up at once: the projection shows the first of them while the last are being settled. */
const LOOK_AT_ONCE = 10_000;
/** Accounts settled side by side: about one commit. */
const SIDE_BY_SIDE = 1_000;
const LOOK_EVERY_MS = 1_000;

/** Time as a subscription: turns due rows into commands; the decision refuses what no longer applies (rule 13). Nothing is lost while it is down. */
export class RenewalClock {
  #stopping = new AbortController();
  #running: Promise<void> | undefined;
  #turn: Promise<unknown> = Promise.resolve();

  constructor(
    private readonly accounts: DueAccounts,
    private readonly clock: BusinessClock,
    private readonly machineClock: MachineClock,
    private readonly log: (message: string) => void,
  ) {}

  /** Begins to look every second; also again after `stop`. */
  start(): void {
    this.#stopping = new AbortController();
    this.#running = this.#run(this.#stopping.signal);
  }

  async stop(): Promise<void> {
    this.#stopping.abort();
    await this.#running;
    await this.#turn;
  }

  /** Writes everything due by now; resolves when it is written and the read models show it. One at a time. */
  catchUp(): Promise<void> {
    const turn = this.#turn.then(() => this.#settleDue());
    this.#turn = turn.catch(() => undefined);
    return turn;
  }

  async #run(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      await this.catchUp().catch((error: unknown) => this.log(`renewal clock: ${String(error)}; looking again`));
      await this.machineClock.sleep(LOOK_EVERY_MS, signal);
    }
  }

  async #settleDue(): Promise<void> {
    for (let unwritten: string | undefined; ; ) {
      const { signal } = this.#stopping;
      await this.accounts.shown(signal);
      if (signal.aborted) return;
      const due = await this.accounts.due(this.clock.now(), LOOK_AT_ONCE);
      if (due.length === 0) return;
      let written = false;
      for (let from = 0; from < due.length; from += SIDE_BY_SIDE) {
        const settled = await Promise.all(due.slice(from, from + SIDE_BY_SIDE).map((accountId) => this.accounts.settle(accountId)));
        written ||= settled.includes(true);
        if (signal.aborted) return;
      }
      // Another process may have been first with all of them; the rows then show it at the next look.
      if (!written && unwritten === due[0])
        throw new Error(`${due.length} accounts are due, ${due[0]} among them, but nothing is to be written`);
      unwritten = written ? undefined : due[0];
    }
  }
}
