/**
 * One key per intent: the same content keeps its key, over double clicks, lost answers and going back to it, until the service has
 * said yes. So no retry uses a second credit. Wishing the same once more afterwards is a new intent.
 */
export class Intents {
  private readonly keys = new Map<string, string>();

  /** `newKey` makes a key that nobody had. */
  constructor(private readonly newKey: () => string) {}

  keyFor(content: unknown): string {
    const name = JSON.stringify(content);
    const known = this.keys.get(name);
    if (known !== undefined) return known;
    const made = this.newKey();
    this.keys.set(name, made);
    return made;
  }

  /** The service has accepted it. */
  done(content: unknown): void {
    this.keys.delete(JSON.stringify(content));
  }
}

/** 128 random bits in letters. `crypto.randomUUID` is missing on plain-http pages; this is not. */
export function randomKey(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
}
