import { backoffMs } from './backoff.js';
import { LastingAddresses } from './lasting-addresses.js';
import { faultOfFile, faultOfPixels } from './picture-check.js';

const minuteMs = 60_000;

describe('waiting before the next try', () => {
  it('doubles to fifteen seconds, and lies anywhere in its upper half', () => {
    expect([0, 1, 2, 3, 20].map((failures) => backoffMs(failures, 0))).toEqual([250, 500, 1000, 2000, 7500]);
    expect(backoffMs(20, 0.999)).toBeLessThanOrEqual(15_000);
  });
});

describe('a signed address', () => {
  it('stays the same for half an hour, so that no picture is loaded twice', () => {
    const addresses = new LastingAddresses();
    expect(addresses.keep('/poster?sig=1', 0)).toBe('/poster?sig=1');
    expect(addresses.keep('/poster?sig=2', 29 * minuteMs)).toBe('/poster?sig=1');
    expect(addresses.keep('/poster?sig=3', 31 * minuteMs)).toBe('/poster?sig=3');
    expect(addresses.keep(null, 0)).toBeNull();
  });
});

describe('a file', () => {
  it.each([
    [{ type: 'image/png', size: 1 }, null],
    [{ type: '', size: 1 }, null],
    [{ type: 'image/gif', size: 1 }, 'not-a-picture'],
    [{ type: 'image/webp', size: 20 * 1024 * 1024 + 1 }, 'too-heavy'],
  ])('%j', (file, fault) => {
    expect(faultOfFile(file)).toBe(fault);
  });

  it('has its pixels counted', () => {
    expect(faultOfPixels({ width: 8_000, height: 8_000 })).toBeNull();
    expect(faultOfPixels({ width: 8_001, height: 8_000 })).toBe('too-many-pixels');
  });
});
