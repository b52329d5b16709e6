import fc from 'fast-check';
import { Causes, causeKey } from './causes.js';

describe('the memory of causes', () => {
  it('knows each cause, with the version that came first, and no other', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.string({ maxLength: 3 }), fc.nat(1e6)), { maxLength: 300 }), (given) => {
        const causes = new Causes();
        const expected = new Map<string, number>();
        for (const [cause, version] of given) {
          causes.add(causeKey(cause), version);
          if (!expected.has(cause)) expected.set(cause, version);
        }
        for (const [cause, version] of expected) expect(causes.find(causeKey(cause))).toBe(version);
        expect(causes.find(causeKey('never seen'))).toBeUndefined();
        expect(causes.size).toBe(expected.size);
      }),
    );
  });

  it('holds 10,000 in at most 60 bytes each, and looks up without reading them all', () => {
    const causes = new Causes();
    const keys = Array.from({ length: 10_000 }, (_, index) => causeKey(`request:create-video:${index}`));
    for (const [version, key] of keys.entries()) causes.add(key, version);
    expect(keys.every((key, version) => causes.find(key) === version)).toBe(true);
    expect(causes.bytes).toBeLessThanOrEqual(600_000);
    const started = process.hrtime.bigint();
    for (let round = 0; round < 20; round++) for (const key of keys) causes.find(key);
    const nsPerLookUp = Number(process.hrtime.bigint() - started) / 200_000;
    expect(nsPerLookUp).toBeLessThan(3_000);
  });
});
