import { TestClock } from '#api';
import type { RenewalClock } from '#credits';
import {
  type Aggregate,
  accepted,
  type EventStore,
  type Fact,
  rejected,
  type SettableClock,
  type Transactor,
  UnknownEventTypeError,
} from '#event-sourcing';

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

/** Where an earlier process left the test clock; null where nobody has ever moved it. */
export async function storedInstant(transactor: Transactor<ClockState, ClockMoved>): Promise<number | null> {
  return (await transactor.load(ID)).state.instant;
}

/** The sandbox's test clock: kept in the log, and answering when what it brought is written and shown. */
export class SandboxClock extends TestClock {
  constructor(
    private readonly clock: SettableClock,
    private readonly transactor: Transactor<ClockState, ClockMoved>,
    private readonly renewals: RenewalClock,
    private readonly store: EventStore,
    private readonly shown: (position: bigint) => Promise<void>,
  ) {
    super();
  }

  now(): number {
    return this.clock.now();
  }

  async set(instant: number): Promise<boolean> {
    if (instant < this.clock.now()) return false;
    const moved: ClockMoved = { type: 'ClockMoved', data: { instant: new Date(instant).toISOString() } };
    // Of two moves at once the later one may be stored first: what is stored last is where the next start puts the clock.
    const outcome = await this.transactor.transact({
      id: ID,
      cause: `clock:${instant}`,
      decide: (state) => (state.instant !== null && state.instant > instant ? rejected('back' as const) : accepted(moved)),
    });
    if (outcome.kind === 'rejected' || !this.clock.set(instant)) return false;
    // What is due is read from rows: those of accounts that have just changed may still be on their way.
    await this.shown(await this.store.head());
    await this.renewals.catchUp();
    await this.shown(await this.store.head());
    return true;
  }
}
