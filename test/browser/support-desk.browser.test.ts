import { randomUUID } from 'node:crypto';
import type { Page } from 'playwright-core';
import { artwork } from '../demo/artwork.js';
import { expectStatus } from '../e2e/client.js';
import { DashboardScreen, told } from './dashboard.screen.js';
import { everyKindOfVideo, onPlan, onTrial } from './situations.js';
import { Stage, type Visitor } from './stage.js';
import { until } from './until.js';
import { sidewaysPx } from './watch.js';

describe('the support desk’s way', () => {
  let stage: Stage;
  beforeAll(async () => {
    stage = await Stage.open();
  });
  afterAll(() => stage.close());
  afterEach(async () => expect(await stage.leave()).toEqual([]));

  it('finds the account, sees why it was refused, gives a credit with a ticket, and takes the rest back; the customer sees it live', async () => {
    await onTrial(stage.client, 'mira');
    const artworkId = await stage.client.artwork('mira', await artwork());
    expectStatus(201, await stage.client.createVideo('mira', artworkId));
    expectStatus(402, await stage.client.createVideo('mira', artworkId));
    const customer = await DashboardScreen.open(await stage.visit({ accountId: 'mira' }));
    await customer.counts(/trial video is used/);

    const visitor = await stage.visit('staff');
    const desk = await visitor.go('/support');
    await desk.getByRole('combobox').fill('mi');
    await desk.getByRole('option', { name: /mira/ }).waitFor();
    await noBarrier(visitor);
    await desk.keyboard.press('ArrowDown');
    await desk.keyboard.press('Enter');
    await desk.getByRole('heading', { name: 'mira' }).waitFor();
    await desk
      .locator('why-refused')
      .getByText(/no credit/i)
      .first()
      .waitFor();
    await noBarrier(visitor);

    await desk.locator('grant-form input[name=credits]').fill('2');
    await desk.locator('grant-form input[name=reason]').fill('for the patience');
    await desk.locator('grant-form input[name=ticket]').fill('T-7');
    await said(desk, 'grant-form .afterwards', /They will have 2/);
    await desk.getByRole('button', { name: 'Give 2 credits' }).click();
    await said(desk, 'sure-dialog', /for the patience/);
    await noBarrier(visitor);
    await desk.locator('sure-dialog').getByRole('button', { name: 'Give 2 credits' }).click();
    await customer.counts(/2 videos left/);
    await said(desk, 'ledger-timeline', /for the patience/);
    const [line] = await stage.client.ledger('mira');
    expect(line).toMatchObject({ type: 'credits.allotted', credits: 2, source: 'goodwill' });
    expect(JSON.stringify(line)).toContain('for the patience');

    await desk.getByRole('button', { name: /Take back 2/ }).click();
    await desk.locator('sure-dialog input[name=reason]').fill('given to the wrong account');
    await noBarrier(visitor);
    await desk.locator('sure-dialog').getByRole('button', { name: 'Take back 2 credits' }).click();
    await customer.counts(/trial video is used|No videos left/);
    await said(desk, 'ledger-timeline', /given to the wrong account/);
    expect((await stage.client.credits('mira')).available).toBe(0);
  });

  it('lists the accounts in trouble, and sees to parked messages', async () => {
    await onPlan(stage.client, 'ada');
    await everyKindOfVideo(stage.client, 'ada');
    const wrong = await stage.client.post('/v1/billing-events', {
      specversion: '1.0',
      id: randomUUID(),
      source: '/billing',
      type: 'billing.subscription.started',
      data: {
        accountId: 'ada',
        subscriptionId: 's-9',
        planId: 'gallery-basic',
        interval: 'never',
        status: 'active',
        occurredAt: '2027-01-01T00:00:00Z',
      },
    });
    expect(wrong.status).toBe(422);
    const visitor = await stage.visit('staff');
    const desk = await visitor.go('/support');
    await desk.locator('trouble-lists').getByRole('link', { name: /ada/ }).first().waitFor();
    await desk.getByRole('link', { name: /Parked messages/ }).click();
    await said(desk, 'parked-messages', /unknown interval/);
    await noBarrier(visitor);
    await desk.getByRole('button', { name: 'Discard' }).click();
    await desk.locator('sure-dialog').getByRole('button', { name: 'Discard it' }).click();
    await said(desk, 'parked-messages', /Nothing is parked/);
  });

  it('is no wider than a telephone, dark or light, and has no barrier there', async () => {
    await onPlan(stage.client, 'pocket');
    for (const colorScheme of ['light', 'dark'] as const) {
      const visitor = await stage.visit('staff', { viewport: { width: 360, height: 740 }, colorScheme });
      const desk = await visitor.go('/support?account=pocket');
      await said(desk, 'account-desk', /4 of 4 left/);
      expect(await sidewaysPx(desk)).toBe(0);
      await noBarrier(visitor);
    }
  });

  it('is not for customers', async () => {
    const visitor = await stage.visit({ accountId: 'curious' });
    visitor.watch.forgive(/status of 40[134]/);
    const desk = await visitor.go('/support');
    await until(
      'it says so, or leads away',
      async () => `${desk.url()} ${await told(desk.locator('body'))}`,
      (text) => /staff|sign-in/i.test(text),
    );
    expect(await desk.locator('grant-form').count()).toBe(0);
  });
});

function said(page: Page, place: string, words: RegExp): Promise<string> {
  return until(
    `${place} says ${words}`,
    () => told(page.locator(place)),
    (text) => words.test(text),
  );
}

async function noBarrier(visitor: Visitor): Promise<void> {
  await visitor.page.evaluate(() => Promise.all(document.getAnimations().map(({ finished }) => finished.catch(() => undefined))));
  expect(await visitor.barriers()).toEqual([]);
}
