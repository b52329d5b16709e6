import type { Answer, Caller, CreditsView, RenderJob, VideoView } from '#contracts';
import { Command } from '@nestjs/cqrs';

export interface VideoAnswer {
  readonly video: VideoView;
  readonly credits: CreditsView;
}

/** Uses one credit and orders one video (rule 3). */
export class CreateVideo extends Command<Answer<VideoAnswer>> {
  constructor(
    readonly accountId: string,
    readonly request: { readonly roomId: string; readonly artworkId: string; readonly title: string | null },
    readonly key: string,
    readonly caller: Caller,
  ) {
    super();
  }
}

/** The customer takes back a video that no worker has started (rule 30). */
export class CancelVideo extends Command<Answer<VideoAnswer>> {
  constructor(
    readonly videoId: string,
    readonly key: string | null,
    readonly caller: Caller,
  ) {
    super();
  }
}

/** A worker without a queue of its own asks for one job, whose start is thereby stored. Null: none within `waitMs`, or until `signal` aborts. */
export class ClaimRenderJob extends Command<RenderJob | null> {
  constructor(
    readonly workerId: string,
    readonly waitMs: number,
    readonly caller: Caller,
    readonly signal?: AbortSignal,
  ) {
    super();
  }
}

/** One message of the results types, from the topic or by HTTP. Refused means parked. */
export class ApplyRenderResult extends Command<Answer<{ readonly position: string }>> {
  constructor(
    readonly type: string,
    readonly data: unknown,
    readonly caller: Caller,
  ) {
    super();
  }
}
