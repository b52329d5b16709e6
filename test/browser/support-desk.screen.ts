import type { Locator, Page } from 'playwright-core';
import type { Visitor } from './stage.js';
import { until } from './until.js';

/** The support desk as staff see it. */
export class SupportDeskScreen {
  readonly page: Page;
  readonly dialog: Locator;
  readonly lines: Locator;

  private constructor(readonly visitor: Visitor) {
    this.page = visitor.page;
    this.dialog = this.page.getByRole('dialog');
    this.lines = this.page.locator('.timeline li');
  }

  static async open(visitor: Visitor, query = ''): Promise<SupportDeskScreen> {
    await visitor.go(`/support${query}`);
    return new SupportDeskScreen(visitor);
  }

  /** Waits for the answer to say so, without a reload. */
  answers(words: RegExp): Promise<string> {
    return this.says('.answer .says', words);
  }

  /** Waits for this part of the page to say so. */
  says(part: string, words: RegExp): Promise<string> {
    return until(
      `${part} says ${words}`,
      async () => ((await this.page.locator(part).first().textContent()) ?? '').replace(/\s+/g, ' ').trim(),
      (text) => words.test(text),
    );
  }

  /** Waits for the newest line of the history to say so. */
  newestLine(words: RegExp): Promise<string> {
    return this.says('.timeline li', words);
  }

  /** Fills the small form in and asks for the confirmation. */
  async wantToGive(credits: number, reason: string): Promise<void> {
    await this.page.getByLabel('Credits', { exact: true }).fill(String(credits));
    await this.page
      .locator('grant-form')
      .getByLabel(/^Reason/)
      .fill(reason);
    await this.page.getByRole('button', { name: new RegExp(`^Give ${credits.toLocaleString('en-GB')} credit`) }).click();
    await this.dialog.waitFor();
  }
}
