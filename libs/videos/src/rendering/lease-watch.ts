import type { MachineClock, ReadModelStore } from '#event-sourcing';
import type { Accounts } from '../account/accounts.js';
import type { RenderingRow } from '../library/video.projection.js';
import { loseLease, type NotTaken } from '../video/video.decisions.js';
import { videoCauses } from '../video/video.events.js';
import type { Leases } from './leases.js';
import type { RenderSettings } from './render-results.handler.js';

const LOOK_EVERY_MS = 1_000;
const PAGE = 500;

/** Looks after renders in progress: an attempt whose worker fell silent is offered again, or is the end (rules 27, 28). */
export class LeaseWatch {
  readonly #stopping = new AbortController();
  #running: Promise<void> | undefined;

  constructor(
    private readonly store: Pick<ReadModelStore, 'range'>,
    private readonly accounts: Accounts,
    private readonly leases: Leases,
    private readonly settings: RenderSettings,
    private readonly clock: MachineClock,
    private readonly log: (message: string) => void,
  ) {}

  start(): void {
    this.#running = this.#run();
  }

  async stop(): Promise<void> {
    this.#stopping.abort();
    await this.#running;
  }

  async #run(): Promise<void> {
    const { signal } = this.#stopping;
    while (!signal.aborted) {
      await this.look().catch((error: unknown) => this.log(`lease watch: ${String(error)}; looking again`));
      await this.clock.sleep(LOOK_EVERY_MS, signal);
    }
  }

  /** One look over all renders in progress. */
  async look(): Promise<void> {
    let cursor: string | undefined;
    do {
      const page = await this.store.range<RenderingRow>('videos', 'rendering', {
        index: [],
        equals: [],
        direction: 'ascending',
        limit: PAGE,
        ...(cursor !== undefined && { cursor }),
      });
      for (const video of page.items) {
        if (await this.leases.isLost(video.videoId, video.attempt)) await this.#lose(video);
      }
      cursor = page.next;
    } while (cursor !== undefined && !this.#stopping.signal.aborted);
  }

  async #lose({ videoId, accountId, attempt }: RenderingRow): Promise<void> {
    const { attempts, goodwill } = this.settings;
    this.log(`lease watch: attempt ${attempt} of ${videoId} fell silent`);
    await this.accounts.command<NotTaken>({
      id: accountId,
      cause: videoCauses.reported(),
      decide: (account, past, now) => loseLease({ videoId, attempt, accountId, attempts, goodwill, now })(account, past),
    });
    await this.leases.end(videoId);
  }
}
