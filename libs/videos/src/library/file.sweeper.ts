import type { EventStore, MachineClock, Projector, ReadModelStore } from '#event-sourcing';
import type { Files } from '#files';
import type { Artworks } from '../artworks/artworks.js';
import { type VideoRow, videoProjection } from './video.projection.js';

export interface FileSweeperParts {
  readonly files: Files;
  readonly artworks: Pick<Artworks, 'find'>;
  readonly store: Pick<EventStore, 'head' | 'readLog'>;
  readonly readModels: Pick<ReadModelStore, 'range'>;
  readonly projector: Pick<Projector, 'waitFor'>;
  readonly clock: MachineClock;
  readonly log: (message: string) => void;
}

type StoredKey = { readonly key: string; readonly changedAt: number };

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
const FIRST_SWEEP_MS = HOUR_MS / 6;
/** Younger files stay: their event may be on its way. */
const KEEP_MS = DAY_MS;
/** A failed video's uploads stay for so long: a late `completed` can still be taken (rule 28). */
const KEEP_FAILED_MS = 7 * DAY_MS;
/** How long a sweep waits for the read model to catch up with the log. */
const CATCH_UP_MS = 10_000;
/** Files looked at between two waits for the read model. */
const PAGE = 200;
/** More videos than there are whose ids begin alike. */
const NAMESAKES = 10;

const artworkKey = /^artworks\/([A-Za-z0-9_-]{22})\.(?:png|jpg|webp)$/;
const videoKey = /^videos\/([A-Za-z0-9_-]{22})\/(?:\d+-[0-9a-f]{64}\.mp4|poster-([0-9a-f]{64})\.jpg)$/;

/**
 * Removes the files that no event names and none will: what a crash left between file and event, uploads that were not taken,
 * posters of those. What it does not know by its key, and what is older than the log itself, belongs to somebody else and stays.
 */
export class FileSweeper {
  readonly #stopping = new AbortController();
  #running: Promise<void> | undefined;

  constructor(private readonly parts: FileSweeperParts) {}

  start(): void {
    this.#running = this.#run();
  }

  async stop(): Promise<void> {
    this.#stopping.abort();
    await this.#running;
  }

  /** Looks at every file once and resolves with the number of those removed. Ends early where the read model is behind. */
  async sweep(): Promise<number> {
    const { store, clock, log } = this.parts;
    const [first] = (await store.readLog(0n, 1, [''])).events;
    if (!first) return 0;
    const changed = { from: Date.parse(first.metadata.recordedAt), to: clock.now() - KEEP_MS };
    let gone = 0;
    try {
      for (const prefix of ['artworks/', 'videos/']) {
        for await (const page of this.#pages(prefix, changed)) {
          const caughtUp = await this.#caughtUp();
          if (this.#stopping.signal.aborted) return gone;
          if (!caughtUp) {
            log('file sweeper: the read model is behind; the rest stays until the next sweep');
            return gone;
          }
          for (const file of page) gone += await this.#removeUnnamed(file);
          await clock.sleep(0, this.#stopping.signal);
        }
      }
      return gone;
    } finally {
      if (gone > 0) log(`file sweeper: removed ${gone} files that no event names`);
    }
  }

  async #run(): Promise<void> {
    const { clock, log } = this.parts;
    const { signal } = this.#stopping;
    for (await clock.sleep(FIRST_SWEEP_MS, signal); !signal.aborted; await clock.sleep(DAY_MS, signal)) {
      await this.sweep().catch((error: unknown) => log(`file sweeper: ${String(error)}; sweeping again tomorrow`));
    }
  }

  /** Files changed after `from` and before `to`, a page at a time. */
  async *#pages(prefix: string, { from, to }: { readonly from: number; readonly to: number }): AsyncGenerator<readonly StoredKey[]> {
    let page: StoredKey[] = [];
    for await (const file of this.parts.files.list(prefix)) {
      if (!(file.changedAt > from && file.changedAt < to)) continue;
      page.push(file);
      if (page.length < PAGE) continue;
      yield page;
      page = [];
    }
    if (page.length > 0) yield page;
  }

  async #caughtUp(): Promise<boolean> {
    const { store, projector } = this.parts;
    return projector.waitFor(videoProjection.name, await store.head(), CATCH_UP_MS, this.#stopping.signal);
  }

  async #removeUnnamed(file: StoredKey): Promise<number> {
    if (this.#stopping.signal.aborted || (await this.#isNeeded(file))) return 0;
    await this.parts.files.remove(file.key);
    return 1;
  }

  async #isNeeded(file: StoredKey): Promise<boolean> {
    const [, artworkId] = artworkKey.exec(file.key) ?? [];
    if (artworkId !== undefined) return (await this.parts.artworks.find(artworkId)) !== undefined;
    const [, stem, posterOf] = videoKey.exec(file.key) ?? [];
    if (stem === undefined) return true;
    const { items, next } = await this.parts.readModels.range<VideoRow>(videoProjection.name, 'videos', {
      index: [],
      equals: [],
      atLeast: `${stem}.`,
      atMost: `${stem}/`, // the character after the dot
      direction: 'ascending',
      limit: NAMESAKES,
    });
    return next !== undefined || items.some((row) => isNeededBy(row, file, posterOf, this.parts.clock.now()));
  }
}

/** `posterOf` is the hash of the MP4 that a poster was made of; undefined for an MP4. */
function isNeededBy(row: VideoRow, file: StoredKey, posterOf: string | undefined, now: number): boolean {
  switch (row.status) {
    case 'ready':
      return row.file === null || (posterOf === undefined ? row.file === file.key : row.sha256 === posterOf);
    case 'failed':
      return row.endedAt === null || !(now - Math.max(file.changedAt, Date.parse(row.endedAt)) > KEEP_FAILED_MS);
    case 'cancelled':
      return false;
    default:
      return true;
  }
}
