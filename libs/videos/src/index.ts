export { type Account, ACCOUNT_PREFIX, accountAggregate, type AccountEvent, evolveAccount, noAccount } from './account/account.js';
export { accountProjection, type AccountRow } from './account/account.projection.js';
export { AccountRows, ListAccountsHandler } from './account/account.list.js';
export * from './account/accounts.queries.js';
export { Accounts, ReadModelBehindError, type ReadModels } from './account/accounts.js';
export { BALANCE_PUBLISHER, balanceFacts } from './account/balance-facts.js';
export { DueAccountRows } from './account/due-accounts.js';
export { FileSweeper } from './library/file.sweeper.js';
export { projectionNames, projections } from './projections.js';
export { GetVideoHandler, ListVideosHandler, VideoLibrary } from './library/video.library.js';
export { Posters } from './library/poster.process.js';
export { foldVideo, videoProjection, type VideoRow } from './library/video.projection.js';
export { VIDEO_ADDRESSES, type VideoAddresses, videoView } from './library/video.view.js';
export { LeaseWatch } from './rendering/lease-watch.js';
export { Leases } from './rendering/leases.js';
export { ClaimRenderJobHandler, MACHINE_CLOCK, MESSAGE_QUEUE, RENDER_GROUP } from './rendering/render-claims.handler.js';
export { type JobAddresses, RENDER_PUBLISHER, renderJobFact } from './rendering/render-job.message.js';
export { readRenderResult } from './rendering/render-result.js';
export {
  ApplyRenderResultHandler,
  FILE_STORE,
  RENDER_SETTINGS,
  type RenderSettings,
  UPLOADS,
  type Uploads,
} from './rendering/render-results.handler.js';
export { WaitingRenders } from './rendering/waiting-renders.js';
export { CancelVideoHandler } from './video/cancel-video.handler.js';
export { CREATING_SETTINGS, CreateVideoHandler, type CreatingSettings } from './video/create-video.handler.js';
export * from './video/video.decisions.js';
export * from './video/video.events.js';
export { accountOfVideo, fileStemOf, videoIdOf } from './video/video.id.js';
export * from './artworks/artwork.events.js';
export * from './artworks/artworks.js';
export * from './video/video.commands.js';
export * from './video/video.queries.js';
export { type Room, rooms } from './rooms/rooms.js';
export { type DrawnMockup, mockupOf, previewOf } from './rooms/previews.js';
export { LogCheck } from './verifying/log.check.js';
export { verifyService, type ServiceToVerify, type Verification } from './verifying/service.verification.js';
export { verify, type Findings, type ToVerify } from './verifying/verification.js';
