import { DashboardScreen, told } from './dashboard.screen.js';
import { onPlan } from './situations.js';
import { Stage } from './stage.js';
import { until } from './until.js';

const RECONNECT_MS = 20_000;

describe('a connection that goes away', () => {
  let stage: Stage;
  beforeAll(async () => {
    stage = await Stage.open();
  });
  afterAll(() => stage.close());
  afterEach(async () => expect(await stage.leave()).toEqual([]));

  it('is told on the page, and what happened meanwhile is there when it comes back, without a reload', async () => {
    await onPlan(stage.client, 'away');
    const visitor = await stage.visit({ accountId: 'away' });
    visitor.watch.forgive(/ERR_INTERNET_DISCONNECTED/, /ERR_NETWORK_CHANGED/);
    const dashboard = await DashboardScreen.open(visitor);
    await dashboard.counts(/4 of 4 videos left/);
    await visitor.context.setOffline(true);
    await until(
      'the page says so',
      () => told(dashboard.page.locator('main')),
      (text) => /offline/i.test(text),
      RECONNECT_MS,
    );
    expect(await visitor.barriers()).toEqual([]);
    await stage.client.grant('away', 3);
    expect(await told(dashboard.counter)).toContain('4 of 4 videos left');
    await visitor.context.setOffline(false);
    await dashboard.counts(/7 videos left/, RECONNECT_MS);
    await until(
      'nothing more of it',
      () => told(dashboard.page.locator('main')),
      (text) => !/offline/i.test(text),
    );
  });

  it('while a video is asked for: nothing is used, and it is said that trying again is safe', async () => {
    await onPlan(stage.client, 'unlucky');
    const visitor = await stage.visit({ accountId: 'unlucky' });
    visitor.watch.forgive(/ERR_INTERNET_DISCONNECTED/, /ERR_NETWORK_CHANGED/);
    const dashboard = await DashboardScreen.open(visitor);
    await dashboard.openPopup();
    await dashboard.choosePicture();
    await dashboard.ready();
    await visitor.context.setOffline(true);
    await dashboard.confirm.click();
    await until(
      'it says so',
      () => told(dashboard.popup),
      (text) => /second credit/i.test(text),
      RECONNECT_MS,
    );
    await visitor.context.setOffline(false);
    await dashboard.popup.getByRole('button', { name: 'Try again' }).click();
    await dashboard.counts(/3 of 4 videos left/, RECONNECT_MS);
  });

  it('because the service starts again: the page comes back by itself', async () => {
    await onPlan(stage.client, 'patient');
    const visitor = await stage.visit({ accountId: 'patient' });
    visitor.watch.forgive(/ERR_CONNECTION_REFUSED/, /ERR_INCOMPLETE_CHUNKED_ENCODING/, /ERR_CONNECTION_RESET/, /ERR_EMPTY_RESPONSE/);
    const dashboard = await DashboardScreen.open(visitor);
    await dashboard.counts(/4 of 4 videos left/);
    await stage.restart();
    await stage.client.grant('patient', 1);
    await dashboard.counts(/5 videos left/, RECONNECT_MS);
  });
});
