import { ConnectionLost, Refused } from '../client/problems.js';
import { en } from './en.js';
import { troubleOf } from './troubles.js';

const refused = (status: number, code: Refused['code']) => new Refused(status, code, {}, null);

describe('what is said when something goes wrong', () => {
  it('after a lost connection: that the video may be on its way, and that trying again uses no second credit', () => {
    const { name, again } = troubleOf(new ConnectionLost(), 'create');
    expect(en[name]).toMatch(/may already be on its way.*not use a second credit/);
    expect(again).toBe(true);
  });

  it.each([
    [refused(402, 'insufficient-credits'), 'create', 'noneLeftNow', false],
    [refused(404, 'unknown-artwork'), 'create', 'artworkGone', false],
    [refused(413, 'payload-too-large'), 'upload', 'tooHeavy', false],
    [refused(415, 'unsupported-media-type'), 'upload', 'notAPicture', false],
    [refused(422, 'unreadable-picture'), 'upload', 'unreadable', false],
    [refused(409, 'already-started'), 'cancel', 'alreadyStarted', false],
    [refused(401, 'unauthenticated'), 'create', 'signedOutNow', false],
    [refused(503, 'store-unavailable'), 'create', 'brokenCreating', true],
    [refused(502, 'unknown'), 'upload', 'brokenUploading', true],
    [new TypeError('a fault of our own'), 'cancel', 'brokenCancelling', true],
  ] as const)('%s while %s', (error, doing, name, again) => {
    expect(troubleOf(error, doing)).toEqual({ name, again });
  });

  it('always says whether anything was used, where something could have been', () => {
    for (const name of [
      'noneLeftNow',
      'artworkGone',
      'roomGone',
      'tooHeavy',
      'tooManyPixels',
      'notAPicture',
      'unreadable',
      'signedOutNow',
    ] as const) {
      expect(en[name]).toContain('Nothing was used');
    }
  });
});
