import { BUSINESS_CLOCK, type CreditsUntilChange, GetCreditsUntilChange } from '#credits';
import type { BusinessClock, MachineClock, Position } from '#event-sourcing';
import type { Gauge } from '#service';
import { MACHINE_CLOCK } from '#videos';
import { Inject, Injectable, Logger, type OnModuleDestroy } from '@nestjs/common';
import { QueryBus } from '@nestjs/cqrs';
import type { ServerResponse } from 'node:http';
import { ProblemError } from '../edge/problem.js';
import { Waiting, whenOver } from '../edge/waiting.js';
import { AccountChanges, type FollowedChanges, Positions } from '../ports.js';
import { OpenStream } from './open-stream.js';
import { WatchedAccount } from './watched-account.js';

/** Streams that may be open at once on one account, and in this process. */
const MOST_PER_ACCOUNT = 20;
const MOST_PER_PROCESS = 5_000;
/** A stream lasts so long at most, ms of machine time; its page comes again and is asked anew who it is. */
const LIFETIME_MS = 3_600_000;
/** The clocks are looked at this often, ms of machine time: a test clock may be moved at any moment, here or in another process. */
const LOOK_EVERY_MS = 250;

/** A page that wants a stream. */
export interface Page {
  readonly accountId: string;
  readonly response: ServerResponse;
  /** Sends the head of the answer. */
  readonly begin: () => void;
  /** When the caller's session or token ends, ms of machine time; undefined: it does not by itself. */
  readonly expiresAt: number | undefined;
}

/** The open streams of this process: one reader of the log, and one read of an account for all of its pages. */
@Injectable()
export class CreditsStreams implements OnModuleDestroy {
  private readonly logger = new Logger('credits streams');
  private readonly accounts = new Map<string, { readonly watched: WatchedAccount; held: number }>();
  private readonly reads = new Set<Promise<unknown>>();
  private open = 0;
  private away = false;
  private ticking: Promise<void> | undefined;
  private following: Promise<FollowedChanges> | undefined;

  constructor(
    private readonly changes: AccountChanges,
    private readonly queries: QueryBus,
    private readonly positions: Positions,
    private readonly waiting: Waiting,
    @Inject(BUSINESS_CLOCK) private readonly businessClock: BusinessClock,
    @Inject(MACHINE_CLOCK) private readonly clock: MachineClock,
  ) {
    waiting.stopped.addEventListener('abort', () => this.forEachStream((stream) => stream.end()));
  }

  /**
   * Opens a stream; what it shows is sent as soon as it changes, until the page goes. Rejects before anything was sent: with
   * `too-many-streams`, or where the account cannot be read.
   */
  async add({ accountId, response, begin, expiresAt }: Page): Promise<void> {
    const { watched, release } = this.take(accountId);
    let stream: OpenStream | undefined;
    let gone = false;
    whenOver(response, () => {
      gone = true;
      if (stream) watched.streams.delete(stream);
      release();
    });
    try {
      const followed = await this.follow();
      await watched.look();
      if (gone) return;
      begin();
      stream = new OpenStream(response, this.clock, Math.min(expiresAt ?? Infinity, this.clock.now() + LIFETIME_MS));
      watched.join(stream);
      // What the log's reader had passed before this page came may not have been in the read models yet.
      watched.changed(followed.upTo());
      if (this.waiting.stopped.aborted) stream.end();
      else this.ticking ??= this.tickOn();
    } catch (error) {
      release();
      throw error;
    }
  }

  gauge(): Gauge {
    return { name: 'video_credits_open_streams', help: 'Streams of credits that are open', values: [{ value: this.open }] };
  }

  async onModuleDestroy(): Promise<void> {
    this.waiting.stop();
    const followed = await this.following?.catch(() => undefined);
    await followed?.stop();
    await Promise.allSettled([this.ticking, ...this.reads]);
  }

  /** A place for one more stream, or the refusal. */
  private take(accountId: string): { readonly watched: WatchedAccount; readonly release: () => void } {
    const account = this.accounts.get(accountId) ?? { watched: this.watch(accountId), held: 0 };
    if (this.open >= MOST_PER_PROCESS) throw new ProblemError('too-many-streams');
    if (account.held >= MOST_PER_ACCOUNT)
      throw new ProblemError('too-many-streams', `an account has at most ${MOST_PER_ACCOUNT} open`, { limit: MOST_PER_ACCOUNT });
    this.accounts.set(accountId, account);
    account.held += 1;
    this.open += 1;
    let held = true;
    const release = (): void => {
      if (!held) return;
      held = false;
      this.open -= 1;
      account.held -= 1;
      if (account.held === 0) this.accounts.delete(accountId);
    };
    return { watched: account.watched, release };
  }

  private watch(accountId: string): WatchedAccount {
    return new WatchedAccount({
      read: (after) => this.read(accountId, after),
      placeOf: (position) => this.positions.decode(position) ?? 0n,
      clock: this.clock,
      onAway: (error) => {
        if (!this.away) this.logger.warn(`streams stand still, reading is tried again: ${String(error)}`);
        this.away = true;
      },
      onBroken: (error) => this.logger.error(`the streams of ${accountId} were cut: ${wordsOf(error)}`),
    });
  }

  private async read(accountId: string, after: Position): Promise<CreditsUntilChange> {
    const reading = this.queries.execute(new GetCreditsUntilChange(accountId, after));
    this.reads.add(reading);
    try {
      const read = await reading;
      if (this.away) this.logger.log('streams go on');
      this.away = false;
      return read;
    } finally {
      this.reads.delete(reading);
    }
  }

  /** The one reader of the log: begins with the first page, at the log's end. Rejects where the log is away. */
  private follow(): Promise<FollowedChanges> {
    this.following ??= this.changes
      .follow({
        changed: (accountIds, upTo) => {
          for (const accountId of accountIds) this.accounts.get(accountId)?.watched.changed(upTo);
        },
        stopped: () => {
          this.following = undefined;
          this.forEachStream((stream) => stream.cut());
        },
      })
      .catch((error: unknown) => {
        this.following = undefined;
        throw error;
      });
    return this.following;
  }

  /** Looks at the clocks for as long as a stream is open. */
  private async tickOn(): Promise<void> {
    while (this.open > 0 && !this.waiting.stopped.aborted) {
      await this.clock.sleep(this.tick(), this.waiting.stopped);
    }
    this.ticking = undefined;
  }

  /** Does what is due; the answer is how long to sleep, ms. */
  private tick(): number {
    const [businessNow, now] = [this.businessClock.now(), this.clock.now()];
    let sleepMs = LOOK_EVERY_MS;
    for (const { watched } of this.accounts.values()) {
      watched.tick(businessNow, now);
      if (watched.until !== null) sleepMs = Math.min(sleepMs, Math.max(1, watched.until - businessNow));
      for (const stream of watched.streams) stream.tick(now);
    }
    return sleepMs;
  }

  private forEachStream(action: (stream: OpenStream) => void): void {
    for (const { watched } of this.accounts.values()) for (const stream of watched.streams) action(stream);
  }
}

function wordsOf(error: unknown): string {
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}
