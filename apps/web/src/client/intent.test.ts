import { Intents } from './intent.js';

const wish = { accountId: 'a', roomId: 'r', artworkId: 'w', title: null };

function intents(): Intents {
  let made = 0;
  return new Intents(() => `key-${(made += 1)}`);
}

describe('the key of an intent', () => {
  it('stays while the content does: double clicks and retries are one wish', () => {
    const keys = intents();
    expect(keys.keyFor(wish)).toBe('key-1');
    expect(keys.keyFor({ ...wish })).toBe('key-1');
  });

  it('is another for other content, and the same again when going back to a wish whose fate is not known', () => {
    const keys = intents();
    keys.keyFor(wish);
    expect(keys.keyFor({ ...wish, title: 'Dusk' })).toBe('key-2');
    expect(keys.keyFor(wish)).toBe('key-1');
  });

  it('is used up by success: the same wish again is a new one', () => {
    const keys = intents();
    keys.keyFor(wish);
    keys.done(wish);
    expect(keys.keyFor(wish)).toBe('key-2');
  });
});
