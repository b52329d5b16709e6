import type { BrowserContext, Page } from 'playwright-core';
import { SupportDeskScreen } from './support-desk.screen.js';
import { askFor, onPlan } from './situations.js';
import { Stage } from './stage.js';
import { sidewaysPx } from './watch.js';
import { artwork } from '../demo/artwork.js';
import { expectStatus } from '../e2e/client.js';
import { OutsideWorker } from '../e2e/worker.js';

/** Up to here browsers call a page steady. */
const MOST_SHIFT = 0.1;

describe('the support desk', () => {
  let stage: Stage;
  beforeAll(async () => {
    stage = await Stage.open();
  });
  afterAll(() => stage.close());
  afterEach(async () => expect(await stage.leave()).toEqual([]));

  it('answers in one glance, by keyboard alone: search, state, last refusal, what was shown then', async () => {
    const { client } = stage;
    await onPlan(client, 'desk-1', 'artist-basic');
    await askFor(client, 'desk-1', 'Dunes');
    const artworkId = await client.artwork('desk-1', await artwork());
    expect((await client.createVideo('desk-1', artworkId)).status).toBe(402);
    const visitor = await stage.visit('staff');
    const desk = await SupportDeskScreen.open(visitor);
    await desk.page.getByRole('heading', { name: 'Whom can we help?' }).waitFor();
    await desk.page.keyboard.press('/');
    await desk.page.keyboard.type('desk-');
    await desk.page.getByRole('option', { name: /desk-1/ }).waitFor();
    await desk.page.keyboard.press('ArrowDown');
    await desk.page.keyboard.press('Enter');
    await desk.answers(/^Artist Basic, monthly\. None of 1 left, renews .+\. 1 video being made\. Last refusal: .+, no credits\.$/);
    expect(await desk.page.title()).toBe('desk-1: None of 1 left, Artist Basic');
    expect(new URL(desk.page.url()).search).toBe('?account=desk-1');
    await desk.newestLine(/1 credit used for a video/);
    await desk.page.getByRole('button', { name: /^What they had on/ }).focus();
    await desk.page.keyboard.press('Enter');
    await desk.says('.past', /there was nothing left on Artist Basic.+would have been refused\./);
    expect(await visitor.barriers()).toEqual([]);
  });

  it('gives credits once, however often the button is pressed and an answer is lost, and the page moves by itself', async () => {
    await onPlan(stage.client, 'desk-2');
    const visitor = await stage.visit('staff');
    const desk = await SupportDeskScreen.open(visitor, '?account=desk-2');
    await desk.answers(/4 of 4 left/);
    await desk.page.getByLabel('Your name').fill('Mia');
    await desk.wantToGive(2, 'Two renders failed');
    await desk.says('dialog', /They will have 6: 4 from the plan until .+, 2 that never expire\./);
    await desk.says('dialog', /recorded under the name Mia/);
    expect(await visitor.barriers()).toEqual([]);
    await desk.page.evaluate(() => {
      const button = document.querySelector<HTMLButtonElement>('dialog button.main');
      for (let times = 0; times < 3; times++) button?.click();
    });
    await desk.answers(/6 left/);
    await desk.newestLine(/2 credits as goodwill Two renders failed by Mia \+2/);

    visitor.watch.forgive(/Failed to load resource/);
    await desk.page.route(
      '**/grants',
      async (route) => {
        await route.fetch();
        await route.abort();
      },
      { times: 1 },
    );
    await desk.wantToGive(1, 'The line was lost');
    await desk.dialog.getByRole('button', { name: 'Give 1 credit' }).click();
    await desk.says('dialog .wrong', /may be done already\. Try again: they are not given twice\./);
    await desk.dialog.getByRole('button', { name: 'Try again' }).click();
    await desk.answers(/7 left/);
    const { items } = (await stage.client.get<{ items: readonly unknown[] }>('/v1/accounts/desk-2/ledger')).body;
    expect(items).toHaveLength(3);

    await desk.wantToGive(1_001, 'Too many');
    await desk.dialog.getByRole('button', { name: /^Give/ }).click();
    await desk.says('dialog .wrong', /Nothing was changed: credits must be at most 1000/);
    await desk.page.keyboard.press('Escape');
    expect((await stage.client.credits('desk-2')).available).toBe(7);
  });

  it('takes the rest of a set back with a reason', async () => {
    await stage.client.grant('desk-3', 3);
    const desk = await SupportDeskScreen.open(await stage.visit('staff'), '?account=desk-3');
    await desk.answers(/No plan\. 3 left/);
    await desk.page.getByRole('button', { name: /^Take back 3/ }).click();
    await desk.says('dialog', /They will have none left\./);
    await desk.page.keyboard.type('Given by mistake');
    await desk.page.keyboard.press('Enter');
    await desk.answers(/No plan\. None left/);
    await desk.newestLine(/3 credits taken back Given by mistake by staff −3/);
  });

  it('names those in trouble and what is parked, which can be replayed and discarded', async () => {
    const { client } = stage;
    await onPlan(client, 'desk-4');
    await askFor(client, 'desk-4', 'Marble');
    const worker = new OutsideWorker(client);
    for (let job = await worker.job(); ; job = await worker.job()) {
      expectStatus(202, await worker.report('failed', job, { reason: 'the picture could not be drawn', retryable: false }));
      if (job.accountId === 'desk-4') break;
    }
    await client.billing('billing.subscription.started', { accountId: 'desk-4', planId: '<b>bold</b>' });
    const visitor = await stage.visit('staff');
    const desk = await SupportDeskScreen.open(visitor);
    const failed = desk.page.getByRole('region', { name: /Failed renders/ }).getByRole('link', { name: /desk-4/ });
    await failed.click();
    await desk.answers(/4 of 4 left/);
    expect(await failed.getAttribute('aria-current')).toBe('page');

    await desk.page.getByRole('link', { name: /Parked messages/ }).click();
    await desk.page.getByText('What it says').click();
    await desk.says('.parked pre', /<b>bold<\/b>/);
    expect(await visitor.barriers()).toEqual([]);
    await desk.page.getByRole('button', { name: 'Replay' }).click();
    await desk.says('.said', /on its topic again/);
    await desk.page.getByRole('button', { name: 'Discard' }).click();
    await desk.dialog.getByRole('button', { name: 'Discard it' }).click();
    await desk.page.getByText('Nothing is parked.').waitFor();
  });

  it.each([
    ['a phone by night', { width: 360, height: 780 }, 'dark'],
    ['a small screen', { width: 800, height: 600 }, 'light'],
    ['a wide screen by night', { width: 1920, height: 1080 }, 'dark'],
  ] as const)('fits %s', async (_what, viewport, colorScheme) => {
    await stage.client.grant('desk-5', 1);
    const visitor = await stage.visit('staff', { viewport, colorScheme });
    const shifted = await countShifts(visitor.context);
    const desk = await SupportDeskScreen.open(visitor, '?account=desk-5');
    await desk.answers(/left/);
    await desk.lines.first().waitFor();
    expect(await sidewaysPx(desk.page)).toBe(0);
    expect(await visitor.barriers()).toEqual([]);
    await desk.page.locator('recent-creations').getByRole('heading').first().waitFor();
    expect(await shifted(desk.page)).toBeLessThan(MOST_SHIFT);
  });

  it('is not for customers, and says where to sign in', async () => {
    const customer = await SupportDeskScreen.open(await stage.visit({ accountId: 'desk-6' }), '?account=desk-2');
    await customer.page.getByText('This page is for staff.').waitFor();
    const visitor = await stage.visit('nobody');
    visitor.watch.forgive(/401/);
    const nobody = await SupportDeskScreen.open(visitor, '?account=desk-2');
    await nobody.page.getByRole('link', { name: 'Sign in' }).waitFor();
  });
});

interface LayoutShift extends PerformanceEntry {
  readonly value: number;
}

declare global {
  interface Window {
    shifted: number;
  }
}

/** Counts from now on how much of a page moves by itself, as browsers count it. */
async function countShifts(context: BrowserContext): Promise<(page: Page) => Promise<number>> {
  await context.addInitScript(() => {
    window.shifted = 0;
    new PerformanceObserver((list) => {
      for (const entry of list.getEntries()) window.shifted += (entry as LayoutShift).value;
    }).observe({ type: 'layout-shift', buffered: true });
  });
  return (page) => page.evaluate(() => window.shifted);
}
