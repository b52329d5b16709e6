import { ManualMachineClock } from '#event-sourcing/testing';
import { decodeJwt, decodeProtectedHeader } from 'jose';
import { SandboxTokens } from './sandbox-tokens.js';

const start = Date.UTC(2027, 0, 1);
const hourMs = 3_600_000;

describe('a sandbox’s customer token', () => {
  it('is taken by every process with the same signing key, and by no other', async () => {
    const clock = new ManualMachineClock(start);
    const { token, expiresAt } = await new SandboxTokens('a signing key', clock).issue('a-1');
    expect(expiresAt).toBe(start + 12 * hourMs);
    expect(decodeProtectedHeader(token)).toEqual({ alg: 'ES256', typ: 'JWT' });
    expect(decodeJwt(token)).toMatchObject({ iss: 'video-credits-sandbox', aud: 'video-credits', sub: 'a-1' });
    expect(await new SandboxTokens('a signing key', clock).authenticate(token)).toMatchObject({ accountId: 'a-1', expiresAt });
    expect(await new SandboxTokens('another signing key', clock).authenticate(token)).toBeUndefined();
  });

  it('ends', async () => {
    const clock = new ManualMachineClock(start);
    const tokens = new SandboxTokens('a signing key', clock);
    const { token } = await tokens.issue('a-1');
    await clock.advance(13 * hourMs);
    expect(await tokens.authenticate(token)).toBeUndefined();
  });
});
