import type { VideoAnswer } from '#videos';
import { CancelVideo, CreateVideo, GetVideo, ListVideos } from '#videos';
import type { Page, VideoView } from '#contracts';
import { Body, Controller, Get, HttpCode, Param, Post, Query, Req, Res } from '@nestjs/common';
import { CommandBus, QueryBus } from '@nestjs/cqrs';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { ownIdIn } from '../edge/path-ids.js';
import type { ProblemDocument } from '../edge/problem.js';
import { ProblemError, respond } from '../edge/problem.js';
import { Route, callerOf, optionalKey, requiredKey } from '../edge/route.js';
import { inBody, inQuery } from '../edge/shape.js';
import { Waiting } from '../edge/waiting.js';
import { AfterQuery, CreateVideoBody, ListVideosQuery } from './videos.shapes.js';

/** Videos: ordered, listed, looked at, cancelled. */
@Controller('v1/videos')
export class VideosController {
  constructor(
    private readonly commands: CommandBus,
    private readonly queries: QueryBus,
    private readonly waiting: Waiting,
  ) {}

  @Post()
  @Route({
    command: 'CreateVideo',
    summary: 'Create a video: uses exactly one credit',
    access: { scope: 'videos:create', account: 'body' },
    body: { kind: 'json', shape: CreateVideoBody },
    requestKey: 'required',
    answers: { 201: { schema: 'VideoAndCredits' } },
    problems: ['insufficient-credits', 'unknown-room', 'unknown-artwork', 'idempotency-key-in-use', 'idempotency-key-reused'],
  })
  async create(
    @Body(inBody(CreateVideoBody)) body: CreateVideoBody,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<VideoAnswer | ProblemDocument> {
    const { accountId, roomId, artworkId, title = null } = body;
    return respond(
      reply,
      await this.commands.execute(new CreateVideo(accountId, { roomId, artworkId, title }, requiredKey(request), callerOf(request))),
    );
  }

  @Get()
  @Route({
    summary: 'An account’s recent creations, newest first',
    access: { scope: 'videos:read', account: 'query' },
    query: ListVideosQuery,
    answers: { 200: { schema: 'VideoPage' } },
    problems: ['invalid-cursor', 'invalid-position', 'read-model-behind'],
  })
  async list(@Query(inQuery(ListVideosQuery)) { accountId, limit, cursor, after }: ListVideosQuery): Promise<Page<VideoView>> {
    await this.waiting.caughtUpWith(after);
    return this.queries.execute(new ListVideos(accountId, Number(limit ?? 20), cursor));
  }

  @Get(':videoId')
  @Route({
    summary: 'One video',
    access: { scope: 'videos:read', account: 'video' },
    query: AfterQuery,
    answers: { 200: { schema: 'Video' } },
    problems: ['unknown-video', 'invalid-position', 'read-model-behind'],
  })
  async one(@Param('videoId') path: string, @Query(inQuery(AfterQuery)) { after }: AfterQuery): Promise<VideoView> {
    const videoId = ownIdIn(path, 'unknown-video');
    await this.waiting.caughtUpWith(after);
    const video = await this.queries.execute(new GetVideo(videoId));
    if (video === null) throw new ProblemError('unknown-video');
    return video;
  }

  @Post(':videoId/cancel')
  @HttpCode(200)
  @Route({
    command: 'CancelVideo',
    summary: 'Cancel a video that no worker has started: the credit goes back',
    access: { scope: 'videos:create', account: 'video' },
    requestKey: 'optional',
    answers: { 200: { schema: 'VideoAndCredits' } },
    problems: ['unknown-video', 'already-started', 'idempotency-key-in-use', 'idempotency-key-reused'],
  })
  async cancel(
    @Param('videoId') path: string,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<VideoAnswer | ProblemDocument> {
    const key = optionalKey(request);
    return respond(reply, await this.commands.execute(new CancelVideo(ownIdIn(path, 'unknown-video'), key, callerOf(request))));
  }
}
