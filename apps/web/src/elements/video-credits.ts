import { CreateVideoButton } from './create-video.element.js';
import { CreditHistory } from './credit-history.element.js';
import { VideoCreditsCounter } from './credits-counter.element.js';
import { RecentCreations } from './recent-creations.element.js';

/** The elements as `types/video-credits.d.ts` promises them to other pages. */
type Promised = {
  readonly [Name in
    | 'video-credits-counter'
    | 'create-video-button'
    | 'recent-creations'
    | 'credit-history']: new () => HTMLElementTagNameMap[Name];
};

/** Each element under its name; a page that loads the module twice keeps the first. */
const elements: Promised = {
  'video-credits-counter': VideoCreditsCounter,
  'create-video-button': CreateVideoButton,
  'recent-creations': RecentCreations,
  'credit-history': CreditHistory,
};

for (const [name, element] of Object.entries(elements)) {
  if (customElements.get(name) === undefined) customElements.define(name, element);
}

export { CreateVideoButton, CreditHistory, RecentCreations, VideoCreditsCounter };
