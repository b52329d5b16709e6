import { VideoCreditsCounter } from './credits-counter.element.js';

/** Each element under its name; a page that loads the module twice keeps the first. */
const elements = { 'video-credits-counter': VideoCreditsCounter };

for (const [name, element] of Object.entries(elements)) {
  if (customElements.get(name) === undefined) customElements.define(name, element);
}

export { VideoCreditsCounter };

declare global {
  interface HTMLElementTagNameMap {
    'video-credits-counter': VideoCreditsCounter;
  }
}
