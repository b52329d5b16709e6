import {
  type Aggregate,
  accepted,
  type EventStore,
  type Fact,
  type MachineClock,
  rejected,
  type SettableClock,
  type Transactor,
  UnknownEventTypeError,
} from '#event-sourcing';
import type { RenewalClock } from './renewal.clock.js';

type ClockMoved = Fact<'ClockMoved', { instant: string }>;
interface ClockState {
  readonly instant: number | null;
}

/** The stream `clock-sandbox`: where the test clock stands. */
export const clockAggregate: Aggregate<ClockState, ClockMoved> = {
  prefix: 'clock-',
  initial: { instant: null },
  evolve: (_state, { type, data }) => {
    if (type !== 'ClockMoved') throw new UnknownEventTypeError(type);
    return { instant: Date.parse(data.instant) };
  },
  settle: () => [],
  sizeOf: () => 100,
};

const ID = 'sandbox';
/** How soon another process's move is noticed, ms of real time. */
const FOLLOW_EVERY_MS = 250;

export interface SandboxClockParts {
  readonly clock: SettableClock;
  readonly transactor: Transactor<ClockState, ClockMoved>;
  readonly store: Pick<EventStore, 'head'>;
  /** Resolves when the read models show the log up to a position. */
  readonly shown: (position: bigint) => Promise<void>;
  readonly renewals: Pick<RenewalClock, 'catchUp'>;
  readonly machineClock: MachineClock;
  readonly log: (message: string) => void;
}

/** The sandbox's test clock: kept in the log, and answering when what it brought is written and shown. */
export class SandboxClock {
  readonly #stopping = new AbortController();
  #following: Promise<void> | undefined;

  constructor(private readonly parts: SandboxClockParts) {}

  now(): number {
    return this.parts.clock.now();
  }

  /** Stands where an earlier process left it; false where nobody has ever moved it. */
  async restore(): Promise<boolean> {
    const { instant } = (await this.parts.transactor.load(ID)).state;
    if (instant === null) return false;
    this.parts.clock.restore(instant);
    return true;
  }

  /** Keeps standing where other processes put it, until `stop`. Needed only where there are others. */
  follow(): void {
    this.#following = this.#run();
  }

  async stop(): Promise<void> {
    this.#stopping.abort();
    await this.#following;
  }

  /** Moves to the instant (ms); resolves when all due up to then is written and shown. False, and unmoved, where that would be back. */
  async set(instant: number): Promise<boolean> {
    const { clock, transactor, renewals, store, shown } = this.parts;
    if (instant < clock.now()) return false;
    const moved: ClockMoved = { type: 'ClockMoved', data: { instant: new Date(instant).toISOString() } };
    // Of two moves at once the later one may be stored first: what is stored last is where the next start puts the clock.
    const outcome = await transactor.transact({
      id: ID,
      cause: `clock:${instant}`,
      decide: (state) => (state.instant !== null && state.instant > instant ? rejected('back' as const) : accepted(moved)),
    });
    if (outcome.kind === 'rejected' || !clock.set(instant)) return false;
    // What is due is read from rows: those of accounts that have just changed may still be on their way.
    await shown(await store.head());
    await renewals.catchUp();
    await shown(await store.head());
    return true;
  }

  async #run(): Promise<void> {
    const { machineClock, log } = this.parts;
    const { signal } = this.#stopping;
    while (!signal.aborted) {
      await this.restore().catch((error: unknown) => log(`test clock: ${String(error)}; looking again`));
      await machineClock.sleep(FOLLOW_EVERY_MS, signal);
    }
  }
}
