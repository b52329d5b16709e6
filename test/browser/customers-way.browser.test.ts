import type { Locator } from 'playwright-core';
import { expectStatus } from '../e2e/client.js';
import { DashboardScreen, told } from './dashboard.screen.js';
import { onPlan, onTrial, renewed } from './situations.js';
import { Stage } from './stage.js';
import { until } from './until.js';

const RENDER_MS = 60_000;
const DOWNLOADS = 5;
const PLAYED_S = 0.5;

describe('the customer’s whole way', () => {
  let stage: Stage;
  beforeAll(async () => {
    stage = await Stage.open({ RENDER_WORKERS: '1' });
  });
  afterAll(() => stage.close());
  afterEach(async () => expect(await stage.leave()).toEqual([]));

  it('on trial: makes a video, watches it come, plays it, downloads it five times, runs out, and is helped by support', async () => {
    const accountId = 'ada';
    await onTrial(stage.client, accountId);
    const dashboard = await DashboardScreen.open(await stage.visit({ accountId }));
    await dashboard.counts(/1 video to try/);

    await dashboard.openPopup();
    expect(await told(dashboard.popup)).toMatch(/downloads are free/i);
    await dashboard.choosePicture();
    await dashboard.popup.getByRole('radio', { name: 'Living room' }).check({ force: true });
    await dashboard.popup.getByRole('textbox').fill('Sun over hills');
    await dashboard.ready();
    await dashboard.confirm.click();
    const card = dashboard.card('Sun over hills');
    await card.waitFor();
    await dashboard.counts(/1 rendering/);

    const seen = new Set<string>();
    await until(
      'progress, and then the video',
      async () => {
        const text = await told(card);
        const percent = /\d+\s*%/.exec(text)?.[0];
        if (percent) seen.add(percent);
        return card.getByRole('link', { name: /download/i }).isVisible();
      },
      Boolean,
      RENDER_MS,
    );
    expect(seen.size).toBeGreaterThan(0);
    await plays(card);
    const balance = await dashboard.counts(/trial video is used|No videos left/);
    for (let n = 0; n < DOWNLOADS; n++) {
      const [download] = await Promise.all([
        dashboard.page.waitForEvent('download'),
        card.getByRole('link', { name: /download/i }).click(),
      ]);
      expect(await download.failure()).toBeNull();
      expect(download.suggestedFilename()).toMatch(/\.mp4$/);
    }
    expect(await dashboard.counts(/\w/)).toBe(balance);
    expect((await stage.client.ledger(accountId)).filter(({ type }) => type === 'credits.consumed')).toHaveLength(1);

    await dashboard.openPopup();
    expect(await told(dashboard.popup)).toContain('support@example.com');
    expect(await dashboard.confirm.count()).toBe(0);
    await dashboard.page.keyboard.press('Escape');
    expectStatus(201, await stage.client.grant(accountId, 2, { actor: 'mia', reason: 'bought by telephone' }));
    await dashboard.counts(/2 videos left/);
  });

  it('on a plan: uses one, and finds a full set at the renewal, without a reload', async () => {
    const accountId = 'gallery';
    const state = await onPlan(stage.client, accountId);
    const dashboard = await DashboardScreen.open(await stage.visit({ accountId }));
    await dashboard.counts(/4 of 4 videos left.*renews on/);
    await dashboard.createVideo('Before the renewal');
    await dashboard.counts(/3 of 4 videos left/);
    await dashboard
      .card('Before the renewal')
      .getByRole('link', { name: /download/i })
      .waitFor({ timeout: RENDER_MS });

    expectStatus(202, await stage.client.billing('billing.subscription.renewed', { ...renewed(state), occurredAt: state.periodStart }));
    await stage.client.clock({ now: state.periodEnd });
    await dashboard.counts(/4 of 4 videos left/);

    await dashboard.page.getByRole('button', { name: 'Credit history' }).click();
    const history = dashboard.page.locator('credit-history');
    await until(
      'the history tells it',
      () => told(history),
      (text) => /expired|ran out/i.test(text) && text.includes('Before the renewal'),
    );
    expect(await dashboard.visitor.barriers()).toEqual([]);
  });
});

/** Presses play, and waits until the picture really moves. */
async function plays(card: Locator): Promise<void> {
  await card.getByRole('button', { name: /play/i }).click();
  const video = card.locator('video');
  const at = () => video.evaluate((element: HTMLVideoElement) => element.currentTime);
  await until('the video plays', at, (seconds) => seconds > PLAYED_S);
  const size = await video.evaluate((element: HTMLVideoElement) => [element.videoWidth, element.videoHeight]);
  expect(Math.min(...size)).toBeGreaterThan(0);
}
