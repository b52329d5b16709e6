import type { Locator, Page } from 'playwright-core';
import { pictureFile } from './files.js';
import type { Visitor } from './stage.js';
import { until } from './until.js';

/** The dashboard as people see it: found by what it says, not by how it is built. */
export class DashboardScreen {
  readonly page: Page;
  readonly counter: Locator;
  readonly create: Locator;
  readonly popup: Locator;
  readonly recent: Locator;
  readonly cards: Locator;

  private constructor(readonly visitor: Visitor) {
    this.page = visitor.page;
    this.counter = this.page.locator('.standing video-credits-counter');
    this.create = this.page.locator('create-video-button').getByRole('button').first();
    this.popup = this.page.locator('create-video-button').getByRole('dialog');
    this.recent = this.page.locator('recent-creations');
    this.cards = this.recent.locator('li.card');
  }

  static async open(visitor: Visitor, path = '/'): Promise<DashboardScreen> {
    await visitor.go(path);
    return new DashboardScreen(visitor);
  }

  /** Waits for the counter to say so, without a reload. */
  counts(words: RegExp, waitMs?: number): Promise<string> {
    return until(
      `the counter says ${words}`,
      () => told(this.counter),
      (text) => words.test(text),
      waitMs,
    );
  }

  /** Opens the pop-up and waits until it can be used. */
  async openPopup(): Promise<Locator> {
    await this.create.click();
    await this.popup.waitFor();
    return this.popup;
  }

  async choosePicture(): Promise<void> {
    await this.popup.locator('input[type=file]').setInputFiles(await pictureFile());
  }

  /** The one button of the pop-up that uses a credit. */
  get confirm(): Locator {
    return this.popup.locator('button[type=submit]');
  }

  /** Waits until the chosen picture hangs and the video can be asked for. */
  async ready(): Promise<void> {
    await until(
      'the picture has arrived',
      () => told(this.popup),
      (text) => /\d+ × \d+/.test(text),
    );
  }

  /** The whole way from the dashboard to a video that is asked for. */
  async createVideo(title: string): Promise<void> {
    await this.openPopup();
    await this.choosePicture();
    await this.popup.getByRole('textbox').fill(title);
    await this.confirm.click();
    await this.card(title).waitFor();
  }

  card(title: string): Locator {
    return this.cards.filter({ hasText: title });
  }
}

/** The text that a reader gets from it, shadow trees included and what is hidden left out, blanks as one. */
export async function told(locator: Locator): Promise<string> {
  const text = await locator.evaluate((root) => {
    const read = (node: Node): string => {
      if (node instanceof Text) return node.data;
      if (node instanceof HTMLSlotElement && node.assignedNodes().length > 0) return node.assignedNodes().map(read).join('');
      if (!(node instanceof Element) || node.localName === 'style' || !node.checkVisibility()) return '';
      const inline = getComputedStyle(node).display.startsWith('inline');
      const inside = [...(node.shadowRoot ?? node).childNodes].map(read).join('');
      return inline ? inside : ` ${inside} `;
    };
    return read(root);
  });
  return text.replace(/\s+/g, ' ').trim();
}
