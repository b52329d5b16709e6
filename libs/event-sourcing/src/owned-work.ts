import type { MachineClock } from './clock.port.js';
import { backOffMs, isEngineUnavailable } from './engine-unavailable.js';
import type { Lease, Ownership } from './ownership.port.js';

/** Work that runs. `stop` resolves when it does nothing any more. */
export interface StartedWork {
  stop(): Promise<void>;
}

export interface OwnedWorkOptions {
  /** Names the work among all processes. */
  readonly name: string;
  /** An id of this process's life. */
  readonly owner: string;
  readonly ownership: Ownership;
  /** Begins the work; `signal` aborts as soon as it is no longer ours, or shall end. May wait for an engine as long as it does not. */
  readonly start: (signal: AbortSignal) => Promise<StartedWork>;
  /** The work could not be begun, or not be ended, because of `error`, which is a bug: this process does not try again. */
  readonly onStopped: (error: unknown) => void;
  readonly clock: MachineClock;
  readonly log: (message: string) => void;
  /** How long a lease runs, in ms; default 10,000. A process that dies keeps others waiting for so long. */
  readonly leaseMs?: number;
}

const LEASE_MS = 10_000;
/** Parts of a lease after which it is renewed, or tried to be taken. */
const RENEWALS_PER_LEASE = 3;
/** Parts of a lease: a failed renewal is tried again after one, and the work is stopped one before the end. */
const PARTS_PER_LEASE = 10;

/**
 * Does a piece of work only while this process has its lease. An engine that is away is waited for without end; a lease that is
 * refused, or that could not be renewed until shortly before its end by this machine's clock, stops the work at once. At the end the
 * work is stopped first and the lease freed second, so that another process goes on without waiting.
 */
export class OwnedWork {
  private readonly leaseMs: number;
  private readonly stopping = new AbortController();
  private running: Promise<void> | undefined;
  private lease: Lease | undefined;

  constructor(private readonly options: OwnedWorkOptions) {
    this.leaseMs = options.leaseMs ?? LEASE_MS;
  }

  /** Begins to try for the lease. Once only. */
  start(): void {
    if (this.running) throw new Error(`owned work "${this.options.name}" was started twice`);
    this.running = this.run();
  }

  /** Whether this process has the lease, as far as it knows. */
  get isOwner(): boolean {
    return this.lease !== undefined;
  }

  /** Stops the work, frees the lease, and tries for it no more. */
  async stop(): Promise<void> {
    this.stopping.abort();
    await this.running;
  }

  private async run(): Promise<void> {
    const { name, log, onStopped } = this.options;
    try {
      await this.takeTurns();
    } catch (error) {
      log(`${name}: stopped: ${String(error)}`);
      onStopped(error);
    }
  }

  private async takeTurns(): Promise<void> {
    const { name, owner, ownership, clock, log } = this.options;
    const { signal } = this.stopping;
    for (let failures = 0; !signal.aborted; ) {
      const askedAt = clock.now();
      const lease = await this.reached('taking the lease', ownership.acquire(name, owner, this.leaseMs), this.leaseMs);
      if (lease === UNREACHED || lease === undefined) {
        failures = lease === UNREACHED ? failures + 1 : 0;
        await clock.sleep(
          failures > 0 ? Math.min(backOffMs(failures), this.part(RENEWALS_PER_LEASE)) : this.part(RENEWALS_PER_LEASE),
          signal,
        );
        continue;
      }
      failures = 0;
      this.lease = lease;
      log(`${name}: taken by ${owner} (${lease.fence})`);
      try {
        if (!signal.aborted) await this.work(lease, askedAt + this.leaseMs);
      } finally {
        this.lease = undefined;
        await this.reached('freeing the lease', ownership.release(lease), this.part(RENEWALS_PER_LEASE));
      }
      await clock.sleep(this.part(PARTS_PER_LEASE), signal);
    }
  }

  /** Works until the lease is lost or all shall end. */
  private async work(lease: Lease, endsAt: number): Promise<void> {
    const { name, log, start } = this.options;
    const ending = new AbortController();
    const end = (): void => ending.abort();
    this.stopping.signal.addEventListener('abort', end);
    if (this.stopping.signal.aborted) end();
    const started = start(ending.signal);
    // Where the beginning fails, nothing is held any longer; its error comes out below.
    started.catch(end);
    try {
      await this.hold(lease, endsAt, ending.signal);
    } finally {
      this.stopping.signal.removeEventListener('abort', end);
      end();
      await this.ended(started);
      if (!this.stopping.signal.aborted) log(`${name}: no longer owned`);
    }
  }

  private async ended(started: Promise<StartedWork>): Promise<void> {
    try {
      await (await started).stop();
    } catch (error) {
      if (!isEngineUnavailable(error)) throw error;
      this.options.log(`${this.options.name}: an engine was away (${String(error)}); the work begins again`);
    }
  }

  /** Renews until the signal aborts, the lease is refused, or it is about to run out. */
  private async hold(lease: Lease, endsAt: number, signal: AbortSignal): Promise<void> {
    const { name, ownership, clock, log } = this.options;
    let until = endsAt - this.part(PARTS_PER_LEASE);
    for (let waitMs = this.part(RENEWALS_PER_LEASE); ; ) {
      await clock.sleep(Math.max(0, Math.min(waitMs, until - clock.now())), signal);
      if (signal.aborted) return;
      const askedAt = clock.now();
      if (askedAt >= until) return log(`${name}: the lease could not be renewed in time; the work is stopped`);
      const renewed = await this.reached('renewing the lease', ownership.renew(lease, this.leaseMs), until - askedAt, signal);
      if (renewed === false) return log(`${name}: another process has it now; the work is stopped`);
      if (renewed === true) until = askedAt + this.leaseMs - this.part(PARTS_PER_LEASE);
      waitMs = this.part(renewed === true ? RENEWALS_PER_LEASE : PARTS_PER_LEASE);
    }
  }

  /** What the engine answers, or that it did not, in time or at all. Errors that are bugs pass through. */
  private async reached<T>(what: string, answer: Promise<T>, withinMs: number, signal?: AbortSignal): Promise<T | typeof UNREACHED> {
    const { name, clock, log } = this.options;
    const answered = new AbortController();
    const giveUp = (): void => answered.abort();
    signal?.addEventListener('abort', giveUp);
    try {
      const late = clock.sleep(withinMs, answered.signal).then((): typeof UNREACHED => UNREACHED);
      const given = await Promise.race([answer, late]);
      if (given === UNREACHED && !signal?.aborted) log(`${name}: ${what}: no answer within ${withinMs} ms`);
      return given;
    } catch (error) {
      if (!isEngineUnavailable(error)) throw error;
      log(`${name}: ${what}: an engine is away (${String(error)})`);
      return UNREACHED;
    } finally {
      signal?.removeEventListener('abort', giveUp);
      giveUp();
    }
  }

  private part(parts: number): number {
    return Math.ceil(this.leaseMs / parts);
  }
}

const UNREACHED = Symbol('unreached');
