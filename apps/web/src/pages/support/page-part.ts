import { LitElement } from 'lit';

/** A part of the desk: an element in the page's own tree, so that the page's sheet, labels and links reach it. */
export abstract class PagePart extends LitElement {
  protected override createRenderRoot(): HTMLElement {
    return this;
  }
}

/** The desk's address for an account, or for the parked messages: what a link holds, so that another tab works as well. */
export const addressOf = (account: string): string => `/support?account=${encodeURIComponent(account)}`;
export const parkedAddress = '/support?view=parked';
