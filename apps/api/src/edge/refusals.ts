import { instant, problems, type Refusal, type RefusalList, type RefusalView } from '#contracts';
import { id } from '#contracts/rules';
import { BUSINESS_CLOCK } from '#credits';
import type { BusinessClock } from '#event-sourcing';
import { accountOfVideo } from '#videos';
import { Inject, Injectable } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';

/** Refusals kept of one account, the newest. */
const KEPT_PER_ACCOUNT = 20;
/** Accounts of which refusals are kept: those refused something last. */
const KEPT_ACCOUNTS = 5_000;
/** Longest detail that is kept, in characters. */
const DETAIL_CHARACTERS = 300;
/** From this status on it is not the command that was refused: something here was away or broke. */
const OUR_FAULT = 500;

declare module 'fastify' {
  interface FastifyInstance {
    refusals: Refusals;
  }
  interface FastifyRequest {
    /** The account that a form names, once it has been read. */
    about: string | null;
  }
}

/**
 * Why commands were refused, for support. A refusal leaves nothing in the log (I4), so this is memory: bounded, gone with the
 * process, and of several api processes each knows its own. Instants are the business clock's, as the ledger's are. Of a
 * request only the command, the account and who asked are kept, nothing of its body. A request that nobody had signed, or
 * that named somebody else's account, is not told about.
 */
@Injectable()
export class Refusals {
  readonly #byAccount = new Map<string, RefusalView[]>();
  readonly #since: string;

  constructor(@Inject(BUSINESS_CLOCK) private readonly clock: BusinessClock) {
    this.#since = instant(clock.now());
  }

  /** Keeps what a command's route refuses; of other routes nothing. */
  record(request: FastifyRequest, { code, detail }: Refusal): void {
    const command = request.routeOptions.config.spec?.command;
    const [status, title] = problems[code];
    if (command === undefined || !request.identity || status >= OUR_FAULT) return;
    const accountId = accountOf(request);
    if (accountId === undefined) return;
    const said = detail?.slice(0, DETAIL_CHARACTERS) ?? null;
    const refusal = { at: instant(this.clock.now()), command, code, title, detail: said, actor: request.identity.keyName };
    const before = this.#byAccount.get(accountId) ?? [];
    this.#byAccount.delete(accountId);
    this.#byAccount.set(accountId, [refusal, ...before].slice(0, KEPT_PER_ACCOUNT));
    const [oldest] = this.#byAccount.keys();
    if (this.#byAccount.size > KEPT_ACCOUNTS && oldest !== undefined) this.#byAccount.delete(oldest);
  }

  of(accountId: string): RefusalList {
    return { items: this.#byAccount.get(accountId) ?? [], since: this.#since };
  }
}

/** The account that a command was about, or undefined where it cannot be told or is not the caller's own. */
function accountOf({ identity, params, body, about }: FastifyRequest): string | undefined {
  const own = identity?.accountId;
  const path = (params ?? {}) as { readonly accountId?: unknown; readonly videoId?: unknown };
  const ofVideo = typeof path.videoId === 'string' ? accountOfVideo(path.videoId) : undefined;
  const inBody = typeof body === 'object' && body !== null ? (body as { readonly accountId?: unknown }).accountId : undefined;
  const named = path.accountId ?? ofVideo ?? about ?? inBody ?? own;
  if (typeof named !== 'string' || !id.allows(named)) return undefined;
  return own === undefined || own === named ? named : undefined;
}
