import { createHmac, timingSafeEqual } from 'node:crypto';
import type { MachineClock } from '#event-sourcing';

/** What a signed address may be used for: GET and HEAD, or PUT. One does not open the other. */
export type SignedUse = 'read' | 'write';

const hourMs = 3_600_000;

/**
 * Signs addresses so that they work without a header: HMAC-SHA256 over use, path and expiry. An expiry is rounded up to the
 * hour, so that an address read twice is the same address and caches keep what it showed.
 */
export class SignedUrls {
  constructor(
    private readonly key: string,
    private readonly clock: MachineClock,
  ) {}

  /** The path with `?expires=…&signature=…`, good for at least `lifetimeMs`. */
  sign(use: SignedUse, path: string, lifetimeMs: number): string {
    const expires = String((Math.ceil((this.clock.now() + lifetimeMs) / hourMs) * hourMs) / 1_000);
    return `${path}?expires=${expires}&signature=${this.mac(use, path, expires)}`;
  }

  /** Whether this path (as sent, without the query) was signed for this use and has not expired. */
  verify(use: SignedUse, path: string, expires: unknown, signature: unknown): boolean {
    if (typeof expires !== 'string' || typeof signature !== 'string' || !/^\d{1,12}$/.test(expires)) return false;
    return this.matches(signature, this.mac(use, path, expires)) && Number(expires) * 1_000 > this.clock.now();
  }

  /** The path with a signature that says "we issued this", for ever. It opens nothing. */
  seal(path: string): string {
    return `${path}?signature=${this.mac('seal', path, '')}`;
  }

  /** Whether `seal` made this of that path. */
  isSealed(path: string, signature: string): boolean {
    return this.matches(signature, this.mac('seal', path, ''));
  }

  private mac(use: SignedUse | 'seal', path: string, expires: string): string {
    return createHmac('sha256', this.key).update(`${use}\n${path}\n${expires}`).digest('base64url');
  }

  private matches(given: string, right: string): boolean {
    const [a, b] = [Buffer.from(given), Buffer.from(right)];
    return a.length === b.length && timingSafeEqual(a, b);
  }
}
