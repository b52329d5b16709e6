import type { Answer, Refusal } from '#contracts';
import { causes, creditsView, PLANS, type Plans } from '#credits';
import { type Outcome, rejected, requestHash } from '#event-sourcing';
import { Inject } from '@nestjs/common';
import { CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import type { Account } from '../account/account.js';
import { Accounts } from '../account/accounts.js';
import { VideoLibrary } from '../library/video.library.js';
import { CancelVideo, type VideoAnswer } from './video.commands.js';
import { cancelVideo } from './video.decisions.js';
import { videoCauses } from './video.events.js';
import { accountOfVideo } from './video.id.js';

type Done = Extract<Outcome<Account, never>, { kind: 'accepted' | 'replayed' }>;

@CommandHandler(CancelVideo)
export class CancelVideoHandler implements ICommandHandler<CancelVideo> {
  constructor(
    private readonly accounts: Accounts,
    private readonly library: VideoLibrary,
    @Inject(PLANS) private readonly plans: Plans,
  ) {}

  async execute({ videoId, key, caller }: CancelVideo): Promise<Answer<VideoAnswer>> {
    const accountId = accountOfVideo(videoId);
    if (accountId === undefined) return { kind: 'refused', refusal: { code: 'unknown-video' } };
    const once = videoCauses.cancelled(videoId);
    const outcome = await this.accounts.command<Refusal>({
      ...caller,
      id: accountId,
      cause: key === null ? once : causes.request('CancelVideo', key),
      ...(key !== null && { requestHash: requestHash({ videoId }) }),
      decide: (account, past, now) => cancelVideo({ videoId, accountId, now })(account, past),
    });
    if (outcome.kind === 'reused') return { kind: 'refused', refusal: { code: 'idempotency-key-reused' } };
    if (outcome.kind !== 'rejected') return this.#answer(videoId, accountId, outcome);
    const before = await this.accounts.command({ id: accountId, cause: once, decide: () => rejected(outcome.refusal) });
    return before.kind === 'replayed' ? this.#answer(videoId, accountId, before) : { kind: 'refused', refusal: outcome.refusal };
  }

  async #answer(videoId: string, accountId: string, { kind, state, at, position }: Done): Promise<Answer<VideoAnswer>> {
    const row = await this.library.row(videoId);
    if (!row) throw new Error(`${videoId} was cancelled but is not in the library`);
    const [video] = await this.library.views([row]);
    if (!video) throw new Error(`${videoId} has no view`);
    const credits = creditsView(state.credits, { accountId, now: at, plans: this.plans, position: this.accounts.token(position) });
    return { kind: 'done', replayed: kind === 'replayed', value: { video, credits } };
  }
}
