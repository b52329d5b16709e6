import { Stage } from './stage.js';
import { until } from './until.js';

describe('signing in', () => {
  let stage: Stage;
  beforeAll(async () => {
    stage = await Stage.open({ SANDBOX: 'false' });
  });
  afterAll(() => stage.close());
  afterEach(async () => expect(await stage.leave()).toEqual([]));

  it('is asked of whoever is not signed in; a key that is not known is told so, the right one opens the dashboard', async () => {
    const visitor = await stage.visit('nobody');
    visitor.watch.forgive(/status of 401/);
    const page = await visitor.go('/');
    await page.waitForURL(/\/sign-in$/);
    expect(await visitor.barriers()).toEqual([]);
    await page.getByLabel('Your key').fill('vc_not_a_key');
    await page.getByRole('button', { name: 'Sign in' }).click();
    const trouble = page.getByRole('alert');
    await until(
      'the refusal',
      () => trouble.innerText(),
      (text) => /not known/.test(text),
    );
    expect(await visitor.barriers()).toEqual([]);

    await page.getByLabel('Your key').fill(stage.client.token ?? '');
    await page.keyboard.press('Enter');
    await page.getByRole('heading', { name: 'Whose dashboard?' }).waitFor();
    expect(await visitor.barriers()).toEqual([]);
    const [cookie] = await visitor.context.cookies();
    expect(cookie).toMatchObject({ httpOnly: true, sameSite: 'Strict', path: '/' });
    expect(cookie?.value).not.toContain(stage.client.token);

    await page.getByRole('button', { name: 'Sign out' }).click();
    await page.waitForURL(/\/sign-in$/);
    expect(await visitor.context.cookies()).toEqual([]);
  });

  it('by the printed link works once; the second time it says so', async () => {
    const link = stage.service.signInUrl;
    const first = await stage.visit('nobody');
    await first.page.goto(link);
    await first.page.getByRole('heading', { name: 'Whose dashboard?' }).waitFor();
    const second = await stage.visit('nobody');
    await second.page.goto(link);
    await second.page.getByRole('alert').filter({ hasText: 'used already' }).waitFor();
    expect(await second.barriers()).toEqual([]);
  });

  it('shows staff the dashboard of the account they choose', async () => {
    await stage.client.grant('grace', 3);
    const visitor = await stage.visit('staff');
    const page = await visitor.go('/');
    await page.getByRole('combobox', { name: 'Account' }).fill('grace');
    await page.getByRole('button', { name: 'Show' }).click();
    await page.waitForURL(/\?account=grace/);
    await page.locator('.standing video-credits-counter').filter({ hasText: '3 videos left' }).waitFor();
    await page.getByRole('link', { name: 'Support desk' }).waitFor();
    expect(await page.locator('sandbox-bar').count()).toBe(0);
  });
});
