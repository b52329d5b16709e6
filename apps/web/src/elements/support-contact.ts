import { type TemplateResult, html } from 'lit';

/** How support is reached, as the operator has set it: an address of a page or a mailbox becomes a link, anything else is text. */
export function supportContact(contact: string): TemplateResult {
  if (/^https?:\/\/\S+$/.test(contact)) return html`<a href=${contact}>${contact.replace(/^https?:\/\//, '')}</a>`;
  if (/^[^\s@:]+@[^\s@:]+$/.test(contact)) return html`<a href=${`mailto:${contact}`}>${contact}</a>`;
  return html`${contact}`;
}
