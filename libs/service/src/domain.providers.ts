import {
  ApplyBillingEventHandler,
  BUSINESS_CLOCK,
  CREDIT_ACCOUNTS,
  GetCreditsHandler,
  GetCreditsUntilChangeHandler,
  GetLedgerHandler,
  GrantCreditsHandler,
  PLANS,
  RevokeCreditsHandler,
} from '#credits';
import {
  AccountRows,
  Accounts,
  ApplyRenderResultHandler,
  Artworks,
  CancelVideoHandler,
  ClaimRenderJobHandler,
  CREATING_SETTINGS,
  CreateVideoHandler,
  FILE_STORE,
  GetVideoHandler,
  Leases,
  ListAccountsHandler,
  ListVideosHandler,
  MACHINE_CLOCK,
  MESSAGE_QUEUE,
  RENDER_SETTINGS,
  UPLOADS,
  VIDEO_ADDRESSES,
  VideoLibrary,
} from '#videos';
import type { Provider } from '@nestjs/common';
import type { Domain, Ground } from './domain.js';

/** What handles commands and queries: every process that has a bus has them all. */
export const handlers: readonly Provider[] = [
  CreateVideoHandler,
  CancelVideoHandler,
  ClaimRenderJobHandler,
  ApplyRenderResultHandler,
  GetVideoHandler,
  ListVideosHandler,
  GrantCreditsHandler,
  RevokeCreditsHandler,
  ApplyBillingEventHandler,
  GetCreditsHandler,
  GetCreditsUntilChangeHandler,
  GetLedgerHandler,
  ListAccountsHandler,
];

/** What the handlers ask for, by its tokens. One flat list says what is what. */
export function domainProviders(ground: Ground, domain: Domain): readonly Provider[] {
  const value = (provide: unknown, useValue: unknown): Provider => ({ provide: provide as symbol, useValue });
  return [
    value(PLANS, ground.plans),
    value(BUSINESS_CLOCK, ground.clock),
    value(MACHINE_CLOCK, ground.machineClock),
    value(VIDEO_ADDRESSES, ground.addresses),
    value(UPLOADS, ground.addresses),
    value(FILE_STORE, ground.files),
    value(MESSAGE_QUEUE, ground.queue),
    value(Accounts, domain.accounts),
    value(AccountRows, domain.accountRows),
    value(CREDIT_ACCOUNTS, domain.accounts),
    value(Artworks, domain.artworks),
    value(VideoLibrary, domain.library),
    value(Leases, domain.leases),
    value(RENDER_SETTINGS, domain.renderSettings),
    value(CREATING_SETTINGS, domain.creatingSettings),
  ];
}
