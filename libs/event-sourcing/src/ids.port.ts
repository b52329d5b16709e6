/** The one source of randomness. */
export interface Ids {
  /** A fresh random identifier: 22 characters of `A–Z a–z 0–9 _ -` (128 bits). */
  random(): string;
  /** `bytes` random bytes as base64url, for secrets. */
  secret(bytes: number): string;
}
