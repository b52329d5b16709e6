import type { Page, VideoView } from '#contracts';
import type { ReadModelStore } from '#event-sourcing';
import { Inject } from '@nestjs/common';
import { type IQueryHandler, QueryHandler } from '@nestjs/cqrs';
import { Accounts } from '../account/accounts.js';
import { Leases } from '../rendering/leases.js';
import { accountOfVideo } from '../video/video.id.js';
import { GetVideo, ListVideos } from '../video/video.queries.js';
import { type VideoRow } from './video.projection.js';
import { type VideoAddresses, videoView } from './video.view.js';

/** The recent creations, read from their projection together with what the leases say of progress. */
export class VideoLibrary {
  constructor(
    private readonly store: ReadModelStore,
    private readonly accounts: Accounts,
    private readonly leases: Leases,
    private readonly addresses: VideoAddresses,
  ) {}

  /** The video's row, or undefined where there is none; never less than this process has acknowledged. */
  async row(videoId: string): Promise<VideoRow | undefined> {
    const accountId = accountOfVideo(videoId);
    if (accountId === undefined) return undefined;
    await this.accounts.shown('videos', accountId);
    return this.store.get<VideoRow>('videos', 'videos', videoId);
  }

  async views(rows: readonly VideoRow[]): Promise<readonly VideoView[]> {
    const rendering = rows.filter((row) => row.status === 'rendering').map((row) => row.videoId);
    const progress = await this.leases.progress(rendering);
    return rows.map((row) => videoView(row, progress.get(row.videoId) ?? null, this.addresses));
  }

  async list(accountId: string, limit: number, cursor: string | undefined): Promise<Page<VideoView>> {
    await this.accounts.shown('videos', accountId);
    const page = await this.store.range<VideoRow>('videos', 'videos', {
      index: ['accountId', 'place'],
      equals: [accountId],
      direction: 'descending',
      limit,
      ...(cursor !== undefined && { cursor }),
    });
    return { items: await this.views(page.items), nextCursor: page.next ?? null };
  }
}

@QueryHandler(GetVideo)
export class GetVideoHandler implements IQueryHandler<GetVideo> {
  constructor(@Inject(VideoLibrary) private readonly library: VideoLibrary) {}

  async execute({ videoId }: GetVideo): Promise<VideoView | null> {
    const row = await this.library.row(videoId);
    const [view] = row ? await this.library.views([row]) : [];
    return view ?? null;
  }
}

@QueryHandler(ListVideos)
export class ListVideosHandler implements IQueryHandler<ListVideos> {
  constructor(@Inject(VideoLibrary) private readonly library: VideoLibrary) {}

  execute({ accountId, limit, cursor }: ListVideos): Promise<Page<VideoView>> {
    return this.library.list(accountId, limit, cursor);
  }
}
