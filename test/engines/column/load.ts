import { randomUUID } from 'node:crypto';
import type { Client } from '../../e2e/client.js';
import { pause } from './column.js';

const AGAIN_MS = 100;

/** One command that is sent until it is answered, to one api after the other: what an honest caller does. */
export async function insist<T>(
  clients: readonly Client[],
  send: (client: Client) => Promise<{ readonly status: number; readonly body: T }>,
  deadline: number,
): Promise<{ readonly status: number; readonly body: T; readonly tries: number }> {
  for (let tries = 1; ; tries++) {
    const client = clients[tries % clients.length] as Client;
    // A connection that breaks says nothing of what became of the command: the same key again does.
    const answer = await send(client).catch(() => undefined);
    if (answer !== undefined && answer.status < 500) return { ...answer, tries };
    if (performance.now() > deadline) throw new Error(`no answer in time; the last one was ${answer?.status ?? 'none'}`);
    await pause(AGAIN_MS);
  }
}

/** Grants credits to a few accounts, one after the other on each lane, until told to stop; every grant has a key of its own. */
export class GrantLoad {
  readonly acknowledged = new Map<string, number>();
  retries = 0;
  readonly #lanes: Promise<void>[];
  #going = true;

  constructor(clients: readonly Client[], accounts: number, withinMs: number) {
    this.#lanes = Array.from({ length: accounts }, (_, n) => this.#lane(clients, `load-${n}`, withinMs));
  }

  /** How many grants were acknowledged by account, once the last is. */
  async stop(): Promise<ReadonlyMap<string, number>> {
    this.#going = false;
    await Promise.all(this.#lanes);
    return this.acknowledged;
  }

  async #lane(clients: readonly Client[], accountId: string, withinMs: number): Promise<void> {
    while (this.#going) {
      const key = randomUUID();
      const { status, body, tries } = await insist(clients, (client) => client.grant(accountId, 1, {}, key), performance.now() + withinMs);
      if (status !== 201) throw new Error(`a grant was answered with ${status}: ${JSON.stringify(body)}`);
      this.retries += tries - 1;
      this.acknowledged.set(accountId, (this.acknowledged.get(accountId) ?? 0) + 1);
    }
  }
}
