import type { Page, VideoView } from '#contracts';
import { Query } from '@nestjs/cqrs';

/** One video, or null where there is none. */
export class GetVideo extends Query<VideoView | null> {
  constructor(readonly videoId: string) {
    super();
  }
}

/** An account's videos, newest first. Throws InvalidCursorError. */
export class ListVideos extends Query<Page<VideoView>> {
  constructor(
    readonly accountId: string,
    readonly limit: number,
    readonly cursor?: string,
  ) {
    super();
  }
}
