import type { Route } from 'playwright-core';
import { DashboardScreen, told } from './dashboard.screen.js';
import { onPlan, onTrial } from './situations.js';
import { Stage } from './stage.js';
import { until } from './until.js';

describe('one intent uses one credit', () => {
  let stage: Stage;
  beforeAll(async () => {
    stage = await Stage.open();
  });
  afterAll(() => stage.close());
  afterEach(async () => expect(await stage.leave()).toEqual([]));

  const videosOf = (accountId: string) => stage.client.all<{ title: string }>(`/v1/videos?accountId=${accountId}`);

  it('two tabs race for the last credit: one video, and the other tab says so in words', async () => {
    await onTrial(stage.client, 'racer');
    const visitor = await stage.visit({ accountId: 'racer' });
    visitor.watch.forgive(/status of 402/);
    const one = await DashboardScreen.open(visitor);
    const two = await DashboardScreen.open(visitor.inTab(await visitor.context.newPage()));
    // The first tab opens in the background once there is a second; both are ready to send before either does.
    for (const tab of [one, two]) {
      await tab.page.bringToFront();
      await tab.openPopup();
      await tab.choosePicture();
      await tab.ready();
    }
    // Neither may hear of the other's success before it has sent its own.
    const held = await Promise.all([one, two].map((tab) => hold(tab)));
    for (const tab of [one, two]) await tab.confirm.evaluate((button: HTMLElement) => button.click());
    await Promise.all(held.map((letGo) => letGo()));

    await until(
      'one video',
      () => videosOf('racer'),
      (videos) => videos.length === 1,
    );
    await until(
      'one tab tells that none is left',
      async () => Promise.all([one, two].map(async (tab) => ((await tab.popup.isVisible()) ? told(tab.popup) : ''))),
      (texts) => texts.filter((text) => /used a moment ago|trial video is used/.test(text)).length === 1,
    );
    for (const tab of [one, two]) await tab.counts(/trial video is used|No videos left/);
    expect(await videosOf('racer')).toHaveLength(1);
    expect((await stage.client.ledger('racer')).filter(({ type }) => type === 'credits.consumed')).toHaveLength(1);
  });

  it('a double click makes one video', async () => {
    await onPlan(stage.client, 'doubler');
    const dashboard = await DashboardScreen.open(await stage.visit({ accountId: 'doubler' }));
    await dashboard.openPopup();
    await dashboard.choosePicture();
    await dashboard.ready();
    await dashboard.confirm.evaluate((button: HTMLElement) => {
      button.click();
      button.click();
    });
    await dashboard.counts(/3 of 4 videos left/);
    expect(await videosOf('doubler')).toHaveLength(1);
  });

  it('an answer that is lost on the way says so, and trying again uses no second credit', async () => {
    await onPlan(stage.client, 'loser');
    const visitor = await stage.visit({ accountId: 'loser' });
    visitor.watch.forgive(/ERR_FAILED|ERR_CONNECTION/);
    const dashboard = await DashboardScreen.open(visitor);
    // Each request arrives, and each answer is lost, until the page asks its reader.
    const keys: (string | undefined)[] = [];
    await dashboard.page.route('**/v1/videos', async (route) => {
      if (route.request().method() !== 'POST') return route.continue();
      keys.push(route.request().headers()['idempotency-key']);
      await route.fetch();
      return route.abort();
    });
    await dashboard.openPopup();
    await dashboard.choosePicture();
    await dashboard.ready();
    await dashboard.confirm.click();
    await until(
      'it says that the connection was lost',
      () => told(dashboard.popup),
      (text) => /second credit/i.test(text),
    );
    expect(new Set(keys).size).toBe(1);
    expect(await visitor.barriers()).toEqual([]);
    await dashboard.page.unroute('**/v1/videos');
    await dashboard.popup.getByRole('button', { name: 'Try again' }).click();
    await dashboard.counts(/3 of 4 videos left/);
    await dashboard.cards.first().waitFor();
    expect(await videosOf('loser')).toHaveLength(1);
  });

  /** Keeps the tab's request back until it is let go. */
  async function hold(tab: DashboardScreen): Promise<() => Promise<void>> {
    const waiting: Route[] = [];
    await tab.page.route('**/v1/videos', (route) => {
      if (route.request().method() === 'POST') waiting.push(route);
      else return route.continue();
    });
    return async () => {
      await until(
        'the request is sent',
        () => waiting.length,
        (count) => count > 0,
      );
      await Promise.all(waiting.map((route) => route.continue()));
    };
  }
});
