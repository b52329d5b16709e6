import type { Locator, Page } from 'playwright-core';
import { DashboardScreen } from './dashboard.screen.js';
import { Stage } from './stage.js';
import { until } from './until.js';

describe('the sandbox bar', () => {
  let stage: Stage;
  beforeAll(async () => {
    stage = await Stage.open();
  });
  afterAll(() => stage.close());
  afterEach(async () => expect(await stage.leave()).toEqual([]));

  const feed = (page: Page): Locator => page.getByRole('list', { name: 'Facts, newest first' });

  it('lets staff be any account, start its trial, then a plan, and pass a renewal, and tells what happens', async () => {
    const visitor = await stage.visit('staff');
    const dashboard = await DashboardScreen.open(visitor, '/?account=ada');
    const { page } = dashboard;
    await page.getByRole('button', { name: 'Start a trial' }).click();
    await dashboard.counts(/1 video to try/);
    await feed(page).getByText('1 credit to try').waitFor();
    expect(await visitor.barriers()).toEqual([]);

    await page.getByLabel('Be this customer').fill('grace');
    await page.getByRole('button', { name: 'Switch' }).click();
    await page.waitForURL(/account=grace/);
    await dashboard.counts(/No videos/);
    await page.locator('select[name=plan]').selectOption('gallery-advanced');
    await page.getByRole('button', { name: 'Start this plan' }).click();
    await dashboard.counts(/8 of 8 videos left/);

    const { nextRenewalAt } = await stage.client.credits('grace');
    await page.getByRole('button', { name: 'Next renewal' }).click();
    await until(
      'the clock stands at the renewal',
      () => page.locator('sandbox-clock time').getAttribute('datetime'),
      (at) => at === nextRenewalAt,
    );
    await feed(page).getByText('8 credits expired: a new cycle began').waitFor();
    await dashboard.counts(/8 of 8 videos left/);
    expect((await stage.client.credits('grace')).nextRenewalAt).not.toBe(nextRenewalAt);
  });

  it('shows a renewal that is not paid, and any event that is sent by hand', async () => {
    const dashboard = await DashboardScreen.open(await stage.visit('staff'), '/?account=hedy');
    const { page } = dashboard;
    await page.getByRole('button', { name: 'Start this plan' }).click();
    await dashboard.counts(/4 of 4 videos left/);
    await page.getByLabel('The renewal is paid').uncheck();
    await page.getByRole('button', { name: 'Next renewal' }).click();
    await dashboard.counts(/Waiting for your renewal/);

    await page.getByText('Send any billing event').click();
    await page.locator('select[name=type]').selectOption('billing.credits.purchased');
    const data = page.getByLabel('Its data, as JSON');
    await until(
      'the data is filled in',
      () => data.inputValue(),
      (text) => text.includes('paymentId'),
    );
    await data.fill((await data.inputValue()).replace('"credits": 2', '"credits": 5'));
    await page.getByRole('button', { name: 'Send', exact: true }).click();
    await dashboard.counts(/5 videos left/);
    await feed(page).getByText('5 credits bought, never expiring').waitFor();
  });

  it('sees what the customer sees: the page asks with a customer token, and another account is not to be had by it', async () => {
    const visitor = await stage.visit('staff');
    const asked: string[] = [];
    visitor.page.on('request', (request) => {
      if (request.url().includes('/credits')) asked.push(request.headers()['authorization'] ?? 'cookie');
    });
    const dashboard = await DashboardScreen.open(visitor, '/?account=ada');
    const bearer = () => asked.find((header) => header.startsWith('Bearer '));
    const token = (await until('the page asks as the customer', bearer, (header) => header !== undefined))?.slice('Bearer '.length);
    await dashboard.counts(/video/);
    expect((await stage.client.as(token).get('/v1/accounts/ada/credits')).status).toBe(200);
    expect((await stage.client.as(token).get('/v1/accounts/grace/credits')).status).toBe(404);
  });

  it('is not there for customers', async () => {
    const visitor = await stage.visit({ accountId: 'ada' });
    const dashboard = await DashboardScreen.open(visitor);
    await dashboard.counts(/video/i);
    expect(await dashboard.page.locator('sandbox-bar').count()).toBe(0);
    expect(await dashboard.page.getByRole('link', { name: 'Support desk' }).count()).toBe(0);
  });
});
