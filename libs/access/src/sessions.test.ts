import { randomIds } from '#event-sourcing';
import { ManualMachineClock } from '#event-sourcing/testing';
import { Sessions } from './sessions.js';
import { SignInLink } from './sign-in-link.js';

const start = Date.UTC(2027, 0, 1);
const hourMs = 3_600_000;

describe('a session', () => {
  const situation = (key = 'a signing key') => {
    const clock = new ManualMachineClock(start);
    return { clock, sessions: new Sessions(key, randomIds, clock) };
  };

  it('holds the token and its end, which nobody reads or changes without the key', () => {
    const { sessions } = situation();
    const sealed = sessions.seal('vc_staff_secret');
    const value = sealed?.value ?? '';
    expect(sealed?.expiresAt).toBe(start + 12 * hourMs);
    expect(sessions.open(value)).toEqual({ token: 'vc_staff_secret', expiresAt: start + 12 * hourMs });
    expect(Buffer.from(value, 'base64url').toString('latin1')).not.toContain('staff');
    expect(sessions.seal('vc_staff_secret')?.value).not.toBe(value);
    expect(situation('another key').sessions.open(value)).toBeUndefined();
    const bytes = Buffer.from(value, 'base64url');
    for (const at of bytes.keys()) {
      const changed = Buffer.from(bytes);
      changed[at] = (changed[at] ?? 0) ^ 1;
      expect(sessions.open(changed.toString('base64url'))).toBeUndefined();
    }
    for (const other of ['', 'x', value.slice(0, 40), value.slice(0, -1), 'A'.repeat(10_000)]) expect(sessions.open(other)).toBeUndefined();
  });

  it('ends after half a day, or with its token', async () => {
    const { clock, sessions } = situation();
    const long = sessions.seal('key', start + 48 * hourMs)?.value ?? '';
    const short = sessions.seal('token', start + hourMs)?.value ?? '';
    await clock.advance(hourMs);
    expect([sessions.open(long)?.token, sessions.open(short)]).toEqual(['key', undefined]);
    await clock.advance(11 * hourMs);
    expect(sessions.open(long)).toBeUndefined();
  });

  it('of a token that no cookie can carry is none', () => {
    expect(situation().sessions.seal('x'.repeat(4_000))).toBeUndefined();
  });
});

describe('the sign-in link', () => {
  it('signs in once, and is another at each start', () => {
    const link = new SignInLink('vc_staff_secret', randomIds);
    expect(Buffer.from(link.secret, 'base64url')).toHaveLength(32);
    expect([link.redeem(''), link.redeem(`${link.secret}x`)]).toEqual([undefined, undefined]);
    expect([link.redeem(link.secret), link.redeem(link.secret)]).toEqual(['vc_staff_secret', undefined]);
    expect(new SignInLink('vc_staff_secret', randomIds).secret).not.toBe(link.secret);
  });
});
