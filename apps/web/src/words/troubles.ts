import { ConnectionLost, Refused } from '../client/problems.js';
import type { Catalogue } from './en.js';

/** What somebody was doing when it went wrong. */
export type Doing = 'create' | 'upload' | 'cancel' | 'read';

/** What to tell them: what happened, whether anything was used, what to do next. */
export interface Trouble {
  readonly name: keyof Catalogue;
  /** Doing the same again may help, and does no harm. */
  readonly again: boolean;
}

export function troubleOf(error: unknown, doing: Doing): Trouble {
  if (error instanceof Refused) return refused(error, doing);
  if (error instanceof ConnectionLost) return { name: lost[doing], again: true };
  return { name: broken[doing], again: true };
}

const lost = { create: 'lostCreating', upload: 'lostUploading', cancel: 'lostCancelling', read: 'lostReading' } as const;
const broken = { create: 'brokenCreating', upload: 'brokenUploading', cancel: 'brokenCancelling', read: 'lostReading' } as const;

function refused({ code, status }: Refused, doing: Doing): Trouble {
  switch (code) {
    case 'insufficient-credits':
      return { name: 'noneLeftNow', again: false };
    case 'unknown-room':
      return { name: 'roomGone', again: false };
    case 'unknown-artwork':
      return { name: 'artworkGone', again: false };
    case 'payload-too-large':
      return { name: 'tooHeavy', again: false };
    case 'unsupported-media-type':
      return { name: 'notAPicture', again: false };
    case 'unreadable-picture':
      return { name: 'unreadable', again: false };
    case 'already-started':
      return { name: 'alreadyStarted', again: false };
    case 'unauthenticated':
    case 'missing-scope':
      return { name: 'signedOutNow', again: false };
    default:
      // A server that is away has refused before deciding, or has not said what it decided; the same key makes both harmless.
      return status >= 500 || status === 409 ? { name: broken[doing], again: true } : { name: broken[doing], again: doing !== 'read' };
  }
}
