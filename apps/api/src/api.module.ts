import { Module } from '@nestjs/common';
import { AccountsController } from './credits/accounts.controller.js';
import { BillingController } from './credits/billing.controller.js';
import { CreditsController } from './credits/credits.controller.js';
import { CreditsStreamController } from './credits/credits-stream.controller.js';
import { EventsController } from './credits/events.controller.js';
import { SupportController } from './credits/support.controller.js';
import { Refusals } from './edge/refusals.js';
import { RouteTable } from './edge/route-table.js';
import { Waiting } from './edge/waiting.js';
import { CreditsStreams } from './live/credits-streams.js';
import { DescriptionController } from './openapi/description.controller.js';
import { HealthController } from './ops/health.controller.js';
import { KeysController } from './ops/keys.controller.js';
import { Metrics } from './ops/metrics.js';
import { OperationsController } from './ops/operations.controller.js';
import { TestClockController } from './ops/test-clock.controller.js';
import { PagesController } from './pages/pages.controller.js';
import { RendersController } from './renders/renders.controller.js';
import { UploadsController } from './renders/uploads.controller.js';
import { SandboxTokensController } from './sessions/sandbox-tokens.controller.js';
import { SessionController } from './sessions/session.controller.js';
import { ArtworksController } from './videos/artworks.controller.js';
import { DownloadsController } from './videos/downloads.controller.js';
import { Pictures } from './videos/pictures.js';
import { RoomsController } from './videos/rooms.controller.js';
import { VideosController } from './videos/videos.controller.js';

/** The HTTP edge. What it needs from the rest is listed in `ports.ts`; the composition root provides it, and the command and query buses, globally. */
@Module({
  controllers: [
    VideosController,
    DownloadsController,
    ArtworksController,
    RoomsController,
    AccountsController,
    CreditsController,
    CreditsStreamController,
    SupportController,
    BillingController,
    EventsController,
    RendersController,
    UploadsController,
    TestClockController,
    OperationsController,
    KeysController,
    HealthController,
    DescriptionController,
    PagesController,
    SessionController,
    SandboxTokensController,
  ],
  providers: [RouteTable, Refusals, Waiting, Pictures, CreditsStreams, Metrics],
})
export class ApiModule {}

export { apiProviders, type ApiParts } from './api.providers.js';
export * from './http.js';
export * from './ports.js';
export { Route } from './edge/route.js';
export { inBody } from './edge/shape.js';
export { WebFiles } from './pages/web-files.js';
export { CreateVideoBody } from './videos/videos.shapes.js';
