import type { Files } from '#files';
import { Controller, Get, Inject, Param, Req, Res } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { sendFile } from '../edge/file-answer.js';
import { ownIdIn } from '../edge/path-ids.js';
import { ProblemError } from '../edge/problem.js';
import { Route } from '../edge/route.js';
import { FILES, VideoFiles } from '../ports.js';

/** What a video delivers. Never touches credits (rule 4). */
@Controller('v1/videos')
export class DownloadsController {
  constructor(
    private readonly videos: VideoFiles,
    @Inject(FILES) private readonly files: Files,
  ) {}

  @Get(':videoId/download')
  @Route({
    summary: 'The MP4, as often as wanted; Range supported',
    access: { scope: 'videos:read', account: 'video', signed: 'read' },
    answers: { 200: { content: 'video/mp4' }, 206: { content: 'video/mp4' }, 304: null },
    problems: ['unknown-video', 'not-ready', 'range-not-satisfiable'],
  })
  async download(@Param('videoId') path: string, @Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    const videoId = ownIdIn(path, 'unknown-video');
    const video = await this.videos.find(videoId);
    if (video === undefined) throw new ProblemError('unknown-video');
    if (video.mp4 === undefined) throw new ProblemError('not-ready');
    const { key, bytes, sha256 } = video.mp4;
    await sendFile(request, reply, this.files, {
      key,
      bytes,
      etag: sha256,
      contentType: 'video/mp4',
      saveAs: `video-${videoId.slice(0, 22).replace(/[^A-Za-z0-9-]/g, '-')}.mp4`,
    });
  }

  @Get(':videoId/poster')
  @Route({
    summary: 'A still picture of the video',
    access: { scope: 'videos:read', account: 'video', signed: 'read' },
    answers: { 200: { content: 'image/jpeg' }, 206: { content: 'image/jpeg' }, 304: null },
    problems: ['unknown-video', 'not-ready', 'range-not-satisfiable'],
  })
  async poster(@Param('videoId') path: string, @Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    const video = await this.videos.find(ownIdIn(path, 'unknown-video'));
    if (video === undefined) throw new ProblemError('unknown-video');
    const key = video.mp4 === undefined ? undefined : await this.videos.poster(video.mp4);
    const bytes = key === undefined ? undefined : await this.files.size(key);
    if (key === undefined || bytes === undefined) throw new ProblemError('not-ready');
    const etag = (await this.files.sha256(key)) ?? key;
    await sendFile(request, reply, this.files, { key, bytes, etag, contentType: 'image/jpeg' });
  }
}
