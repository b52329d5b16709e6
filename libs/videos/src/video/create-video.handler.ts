import type { Answer, Refusal } from '#contracts';
import { causes, creditsView, PLANS, type Plans } from '#credits';
import { type RecordedEvent, requestHash } from '#event-sourcing';
import { Inject } from '@nestjs/common';
import { CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { Accounts } from '../account/accounts.js';
import { Artworks } from '../artworks/artworks.js';
import { foldVideo } from '../library/video.projection.js';
import { type VideoAddresses, VIDEO_ADDRESSES, videoView } from '../library/video.view.js';
import { isRoom } from '../rooms/rooms.js';
import { CreateVideo, type VideoAnswer } from './video.commands.js';
import { createVideo } from './video.decisions.js';
import { videoIdOf } from './video.id.js';

/** What the operator has set for creating videos. */
export interface CreatingSettings {
  /** SUPPORT_CONTACT: where more credits are to be had. */
  readonly supportContact: string;
  /** LOW_CREDITS */
  readonly lowCredits: number;
}

export const CREATING_SETTINGS = Symbol('CreatingSettings');

/** The way of a video: its key, then its room and artwork, then the decision, in one append (rules 3, 5, 8). */
@CommandHandler(CreateVideo)
export class CreateVideoHandler implements ICommandHandler<CreateVideo> {
  constructor(
    private readonly accounts: Accounts,
    private readonly artworks: Artworks,
    @Inject(VIDEO_ADDRESSES) private readonly addresses: VideoAddresses,
    @Inject(PLANS) private readonly plans: Plans,
    @Inject(CREATING_SETTINGS) private readonly settings: CreatingSettings,
  ) {}

  async execute({ accountId, request, key, caller }: CreateVideo): Promise<Answer<VideoAnswer>> {
    const cause = causes.request('CreateVideo', key);
    const videoId = videoIdOf(accountId, cause);
    const { lowCredits, supportContact } = this.settings;
    const outcome = await this.accounts.command<Refusal>({
      ...caller,
      id: accountId,
      cause,
      requestHash: requestHash({ accountId, ...request }),
      precondition: () => this.#missing(accountId, request),
      decide: (account, past, now) => createVideo({ ...request, videoId, lowCredits, now })(account, past),
    });
    if (outcome.kind === 'reused') return { kind: 'refused', refusal: { code: 'idempotency-key-reused' } };
    if (outcome.kind === 'rejected') {
      const { refusal } = outcome;
      return { kind: 'refused', refusal: refusal.code === 'insufficient-credits' ? { ...refusal, support: supportContact } : refusal };
    }
    const { state, at, position } = outcome;
    const credits = creditsView(state.credits, { accountId, now: at, plans: this.plans, position: this.accounts.token(position) });
    const video = videoView(foldVideo(undefined, outcome.events[0] as RecordedEvent), null, this.addresses);
    return { kind: 'done', replayed: outcome.kind === 'replayed', value: { video, credits } };
  }

  async #missing(accountId: string, { roomId, artworkId }: CreateVideo['request']): Promise<Refusal | undefined> {
    if (!isRoom(roomId)) return { code: 'unknown-room' };
    const artwork = await this.artworks.find(artworkId);
    return artwork?.accountId === accountId ? undefined : { code: 'unknown-artwork' };
  }
}
