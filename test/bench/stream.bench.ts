import { mkdtempSync, rmSync } from 'node:fs';
import { connect, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Figures } from './figures.js';
import { load, post } from './load.js';
import { ServiceUnderLoad } from './service.js';

const PAGES = 1_000;
const ACCOUNTS = 100;
const CREDITS_EACH = 1_000;
/** Changes in all, and how many a second. */
const CHANGES = 3_000;
const CHANGES_PER_SECOND = 150;
const CALLERS = 8;
/** How long pages may take to show the last change, ms. */
const SHOWN_WITHIN_MS = 10_000;

interface Change {
  /** What the account had left after it: it only falls. */
  readonly available: number;
  readonly sentAt: number;
  readonly answeredAt: number;
}

/** Open pages on one process while videos are created steadily: from the answer to each order until every page of its account shows it. */
export async function streamBench(): Promise<Figures> {
  const folder = mkdtempSync(join(tmpdir(), 'stream-bench-'));
  const service = await ServiceUnderLoad.start(folder, ACCOUNTS, CREDITS_EACH);
  try {
    const { accounts } = service.ready;
    await ordered(service, 'warm', 500);
    await service.rest();
    const memoryBefore = await service.memoryMb();
    const opening = performance.now();
    const pages = await Promise.all(Array.from({ length: PAGES }, (_, n) => OpenPage.on(service, accounts[n % ACCOUNTS]?.accountId ?? '')));
    const openedIn = performance.now() - opening;
    const memoryOpen = await service.memoryMb();
    const cpuBefore = await service.cpuUs();
    const changes = await ordered(service, 'run', CHANGES);
    await allShown(pages, changes);
    const cpuEach = ((await service.cpuUs()) - cpuBefore) / CHANGES;
    const fromAnswer = new Spread();
    const fromSending = new Spread();
    let messages = 0;
    for (const page of pages) {
      messages += page.shown.length;
      for (const change of changes.get(page.accountId) ?? []) {
        const at = page.showedAt(change.available);
        fromAnswer.add(Math.max(0, at - change.answeredAt));
        fromSending.add(at - change.sentAt);
      }
    }
    for (const page of pages) page.leave();
    return {
      pages: PAGES,
      accounts: ACCOUNTS,
      'changes/s': CHANGES_PER_SECOND,
      'messages/s to pages': Math.round((messages - PAGES) / (CHANGES / CHANGES_PER_SECOND)),
      'all pages open after ms': Math.round(openedIn),
      'answered to shown, p50 ms': fromAnswer.at(0.5),
      'answered to shown, p99 ms': fromAnswer.at(0.99),
      'answered to shown, max ms': fromAnswer.at(1),
      'sent to shown, p50 ms': fromSending.at(0.5),
      'sent to shown, p99 ms': fromSending.at(0.99),
      'sent to shown, max ms': fromSending.at(1),
      'CPU µs each change, all its pages': Math.round(cpuEach),
      'memory kB each page': Math.round(((memoryOpen - memoryBefore) * 1024) / PAGES),
      'memory MB': await service.memoryMb(),
    };
  } finally {
    await service.stop();
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Creates videos at the steady rate, spread over the accounts; what each left, and when. */
async function ordered({ ready }: ServiceUnderLoad, run: string, count: number): Promise<ReadonlyMap<string, readonly Change[]>> {
  const changes = new Map<string, Change[]>(ready.accounts.map(({ accountId }) => [accountId, []]));
  const sentAt = new Float64Array(count);
  const begin = performance.now();
  await load({
    port: ready.port,
    connections: CALLERS,
    requests: count,
    expectStatus: 201,
    before: (n) => reached(begin + (n * 1_000) / CHANGES_PER_SECOND),
    request: (n) => {
      const { accountId, artworkId } = accountOf(ready.accounts, n);
      sentAt[n] = performance.now();
      const headers = { authorization: `Bearer ${ready.staffToken}`, 'idempotency-key': `${run}-${n}` };
      return post('/v1/videos', headers, JSON.stringify({ accountId, roomId: 'living-room', artworkId, title: null }));
    },
    answered: (n, body) => {
      const { available } = (JSON.parse(body) as { credits: { available: number } }).credits;
      changes.get(accountOf(ready.accounts, n).accountId)?.push({ available, sentAt: sentAt[n] ?? 0, answeredAt: performance.now() });
    },
  });
  return changes;
}

function accountOf<T>(accounts: readonly T[], n: number): T {
  return accounts[(n * 37) % accounts.length] as T;
}

async function reached(instant: number): Promise<void> {
  const ms = instant - performance.now();
  if (ms > 0) await new Promise((resolve) => setTimeout(resolve, ms));
}

async function allShown(pages: readonly OpenPage[], changes: ReadonlyMap<string, readonly Change[]>): Promise<void> {
  const deadline = performance.now() + SHOWN_WITHIN_MS;
  for (const page of pages) {
    const lowest = Math.min(...(changes.get(page.accountId) ?? []).map(({ available }) => available));
    while (page.showedAt(lowest) === Infinity) {
      if (performance.now() > deadline) throw new Error(`a page of ${page.accountId} does not show what is true`);
      await new Promise((resolve) => setTimeout(resolve, 1));
    }
  }
}

/** One page, with as little work of its own as can be: what it showed, and when. */
class OpenPage {
  readonly shown: { readonly available: number; readonly at: number }[] = [];

  private constructor(
    readonly accountId: string,
    private readonly socket: Socket,
  ) {}

  static on({ ready: { port, staffToken } }: ServiceUnderLoad, accountId: string): Promise<OpenPage> {
    return new Promise((resolve, reject) => {
      const socket = connect(port, '127.0.0.1');
      const page = new OpenPage(accountId, socket);
      socket.setEncoding('latin1');
      socket.once('error', reject);
      socket.on('data', (text: string) => {
        const at = performance.now();
        for (const [, available] of text.matchAll(/"available":(\d+)/g)) page.shown.push({ available: Number(available), at });
        if (page.shown.length > 0) resolve(page);
      });
      const head = `GET /v1/accounts/${accountId}/credits/stream HTTP/1.1\r\nhost: localhost\r\nauthorization: Bearer ${staffToken}\r\n\r\n`;
      socket.write(head);
    });
  }

  /** When it first showed so little or less; Infinity: not yet. */
  showedAt(available: number): number {
    return this.shown.find((message) => message.available <= available)?.at ?? Infinity;
  }

  leave(): void {
    this.socket.destroy();
  }
}

/** Durations, and which of them a share of all does not exceed. */
class Spread {
  readonly #all: number[] = [];
  #sorted = true;

  add(ms: number): void {
    this.#all.push(ms);
    this.#sorted = false;
  }

  at(share: number): number {
    if (!this.#sorted) this.#all.sort((a, b) => a - b);
    this.#sorted = true;
    return Number((this.#all[Math.floor(share * (this.#all.length - 1))] ?? 0).toFixed(1));
  }
}
