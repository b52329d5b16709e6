import type { Answer, Caller } from '#contracts';
import type { Decision, Outcome } from '#event-sourcing';
import type { Files } from '#files';
import { Inject } from '@nestjs/common';
import { CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import type { Account, AccountEvent } from '../account/account.js';
import { Accounts } from '../account/accounts.js';
import { ApplyRenderResult } from '../video/video.commands.js';
import { completeRender, failRender, type NotTaken, startRender } from '../video/video.decisions.js';
import { videoCauses } from '../video/video.events.js';
import { Leases } from './leases.js';
import { type CompletedData, type FailedData, readRenderResult, type RenderResult } from './render-result.js';

/** What the operator has set for renders. */
export interface RenderSettings {
  /** RENDER_ATTEMPTS */
  readonly attempts: number;
  /** GOODWILL_FOR_FAILED_RENDER */
  readonly goodwill: boolean;
  /** LOW_CREDITS */
  readonly lowCredits: number;
}

export const RENDER_SETTINGS = Symbol('RenderSettings');
export const FILE_STORE = Symbol('Files');
export const UPLOADS = Symbol('Uploads');

/** Reads back an address that a worker was given for what it had delivered; undefined for any other. */
export interface Uploads {
  readUploaded(videoUrl: string): { readonly videoId: string; readonly sha256: string; readonly key: string } | undefined;
}

type Placed = Answer<{ readonly position: string }>;
type Step = (now: number) => Decision<Account, AccountEvent, NotTaken>;

/** Reports of render workers, by topic and by HTTP, come through here (rules 27, 28); a refusal means that the caller parks it. */
@CommandHandler(ApplyRenderResult)
export class ApplyRenderResultHandler implements ICommandHandler<ApplyRenderResult> {
  constructor(
    private readonly accounts: Accounts,
    private readonly leases: Leases,
    @Inject(FILE_STORE) private readonly files: Files,
    @Inject(UPLOADS) private readonly uploads: Uploads,
    @Inject(RENDER_SETTINGS) private readonly settings: RenderSettings,
  ) {}

  async execute({ type, data, caller }: ApplyRenderResult): Promise<Placed> {
    const result = readRenderResult(type, data);
    if (typeof result === 'string') return parked(result);
    switch (result.kind) {
      case 'started':
        return this.#begun(result, result.data.workerId ?? null, 0, caller);
      case 'progressed':
        return this.#begun(result, null, Math.floor(result.data.progress), caller);
      case 'completed':
        return this.#completed(result.accountId, result.data, caller);
      case 'failed':
        return this.#failed(result.accountId, result.data, caller);
    }
  }

  async #begun({ accountId, data }: RenderResult, workerId: string | null, progress: number, caller: Caller): Promise<Placed> {
    const { videoId, attempt } = data;
    const begin: Step = (now) => startRender({ videoId, attempt, workerId, now, exclusive: false });
    const placed = await this.#decide(accountId, videoCauses.reported(), begin, caller);
    if (placed.kind === 'done' && !placed.replayed) await this.leases.renew(videoId, attempt, progress);
    return placed;
  }

  async #completed(accountId: string, data: CompletedData, caller: Caller): Promise<Placed> {
    const { videoId, attempt, videoUrl, bytes } = data;
    const sha256 = data.sha256.toLowerCase();
    const upload = this.uploads.readUploaded(videoUrl);
    if (upload?.videoId !== videoId) return parked('the videoUrl is not one that was issued for this video');
    const stored = await this.files.size(upload.key);
    if (stored !== bytes || upload.sha256 !== sha256) {
      return this.#failed(accountId, { videoId, attempt, reason: 'the delivered file is not the one reported', retryable: true }, caller);
    }
    const { lowCredits } = this.settings;
    const finish: Step = (now) => completeRender({ videoId, attempt, file: upload.key, bytes, sha256, lowCredits, now });
    const placed = await this.#decide(accountId, videoCauses.completed(videoId), finish, caller);
    if (placed.kind === 'done') await this.leases.end(videoId);
    return placed;
  }

  async #failed(accountId: string, { videoId, attempt, reason, retryable }: FailedData, caller: Caller): Promise<Placed> {
    const { attempts, goodwill } = this.settings;
    const fail: Step = (now) => failRender({ videoId, attempt, reason, retryable, accountId, attempts, goodwill, now });
    return this.#decide(accountId, videoCauses.reported(), fail, caller);
  }

  /** `replayed` tells a report that changed nothing because the video, or the attempt, is over. */
  async #decide(accountId: string, cause: string, step: Step, caller: Caller): Promise<Placed> {
    const outcome: Outcome<Account, NotTaken> = await this.accounts.command({
      ...caller,
      id: accountId,
      cause,
      decide: (account, past, now) => step(now)(account, past),
    });
    if (outcome.kind === 'reused') throw new Error(`cause "${cause}" cannot be reused`);
    if (outcome.kind === 'rejected' && outcome.refusal.code === 'unknown-video') return parked('unknown video or attempt');
    return { kind: 'done', replayed: outcome.kind !== 'accepted', value: { position: this.accounts.token(outcome.position) } };
  }
}

const parked = (reason: string): Placed => ({ kind: 'refused', refusal: { code: 'parked', reason, detail: reason } });
