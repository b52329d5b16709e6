import { ManualMachineClock } from '#event-sourcing/testing';
import { SignedUrls } from './signed-urls.js';

const start = Date.UTC(2027, 0, 1, 10, 20);
const hourMs = 3_600_000;

function parts(url: string): readonly [path: string, expires: string | null, signature: string | null] {
  const { pathname, searchParams } = new URL(url, 'http://x');
  return [pathname, searchParams.get('expires'), searchParams.get('signature')];
}

describe('a signed address', () => {
  it('works for its path and use until its end, at least as long as asked', async () => {
    const clock = new ManualMachineClock(start);
    const urls = new SignedUrls('key', clock);
    const [path, expires, signature] = parts(urls.sign('read', '/v1/videos/v-1/download', hourMs));
    expect(urls.verify('read', path, expires, signature)).toBe(true);
    expect(urls.verify('write', path, expires, signature)).toBe(false);
    expect(urls.verify('read', '/v1/videos/v-2/download', expires, signature)).toBe(false);
    expect(urls.verify('read', path, String(Number(expires) + 1), signature)).toBe(false);
    expect(new SignedUrls('another key', clock).verify('read', path, expires, signature)).toBe(false);
    await clock.advance(hourMs);
    expect(urls.verify('read', path, expires, signature)).toBe(true);
    await clock.advance(hourMs);
    expect(urls.verify('read', path, expires, signature)).toBe(false);
  });

  it('is the same address within the hour, so that caches keep what it showed', async () => {
    const clock = new ManualMachineClock(start);
    const urls = new SignedUrls('key', clock);
    const first = urls.sign('read', '/p', hourMs);
    await clock.advance(39 * 60_000);
    expect(urls.sign('read', '/p', hourMs)).toBe(first);
    await clock.advance(2 * 60_000);
    expect(urls.sign('read', '/p', hourMs)).not.toBe(first);
  });

  it.each<[unknown, unknown]>([
    [undefined, undefined],
    ['', ''],
    ['1e99', 'x'],
    [['1'], ['x']],
    ['-1', 'x'],
    ['9999999999999', 'x'],
    [7, 7],
  ])('is not made of %p and %p', (expires, signature) => {
    expect(new SignedUrls('key', new ManualMachineClock(start)).verify('read', '/p', expires, signature)).toBe(false);
  });
});

describe('a sealed address', () => {
  it('says that we issued it, for ever, and opens nothing', () => {
    const urls = new SignedUrls('key', new ManualMachineClock(start));
    const [path, , seal] = parts(urls.seal('/v1/uploads/v-1/1/abc'));
    expect(urls.isSealed(path, seal ?? '')).toBe(true);
    expect(urls.isSealed('/v1/uploads/v-1/2/abc', seal ?? '')).toBe(false);
    expect(urls.verify('read', path, '', seal)).toBe(false);
    const [, expires, signature] = parts(urls.sign('read', path, hourMs));
    expect(expires).not.toBeNull();
    expect(urls.isSealed(path, signature ?? '')).toBe(false);
  });
});
