import { randomUUID } from 'node:crypto';
import type { Client } from '../e2e/client.js';
import type { Books, Request } from './books.js';

export interface Account {
  readonly accountId: string;
  readonly artworkId: string;
}

const VIDEO_SHARE = 0.9;
const GRANT_SHARE = 0.05;

/** Sends requests over one connection after the other until the service is gone. */
export async function pour(client: Client, accounts: readonly Account[], books: Books, gone: () => boolean): Promise<void> {
  while (!gone()) {
    const { accountId } = accounts[Math.floor(Math.random() * accounts.length)] as Account;
    const luck = Math.random();
    const kind = luck < VIDEO_SHARE ? 'video' : luck < VIDEO_SHARE + GRANT_SHARE ? 'grant' : 'purchase';
    const request = books.send({ kind, accountId, key: randomUUID(), credits: kind === 'video' ? 0 : 2 });
    try {
      await deliver(client, accounts, request);
    } catch (error) {
      // Between the kill and the next turn here the connection breaks: the outcome is open, and settled after the restart.
      if (!gone()) throw error;
    }
  }
}

/** Sends one request, now or again, and notes what was answered. Throws where nothing was. */
export async function deliver(client: Client, accounts: readonly Account[], request: Request): Promise<void> {
  const { kind, accountId, key, credits } = request;
  if (kind === 'video') {
    const artworkId = accounts.find((account) => account.accountId === accountId)?.artworkId as string;
    const { status, body } = await client.createVideo(accountId, artworkId, key);
    if (status === 201) note(request, body.video.videoId);
    else if (status === 402) request.refused = true;
    else throw new Error(`POST /v1/videos answered ${status}: ${JSON.stringify(body)}`);
  } else if (kind === 'grant') {
    const { status, body } = await client.grant(accountId, credits, {}, key);
    if (status !== 201) throw new Error(`a grant was answered ${status}: ${JSON.stringify(body)}`);
    note(request, body.allotment.id);
  } else {
    const data = { accountId, credits, paymentId: key, occurredAt: new Date().toISOString() };
    const { status, body } = await client.billing('billing.credits.purchased', data, key);
    if (status !== 202) throw new Error(`a purchase was answered ${status}: ${JSON.stringify(body)}`);
    note(request, 'bought');
  }
}

function note(request: Request, answer: string): void {
  if (request.answer !== undefined && request.answer !== answer)
    throw new Error(`key ${request.key} answered ${request.answer}, then ${answer}`);
  request.answer = answer;
}
