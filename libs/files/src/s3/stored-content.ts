import { Readable } from 'node:stream';
import { StoreAwayError } from '../store-away.js';
import { asSeen } from './away.js';

/**
 * What the store sends, for as long as somebody takes it. Fails with StoreAwayError where the line breaks, or where nothing comes for
 * `silenceMs` although more is wanted; whoever pauses is waited for. Destroying it ends the request.
 */
export class StoredContent extends Readable {
  #silence: NodeJS.Timeout | undefined;

  constructor(
    private readonly what: string,
    private readonly sent: Readable,
    private readonly silenceMs: number,
  ) {
    super();
    sent.on('data', (chunk: Buffer) => {
      if (this.push(chunk)) this.#silence?.refresh();
      else this.#rest();
    });
    sent.once('end', () => {
      clearTimeout(this.#silence);
      this.push(null);
    });
    sent.once('error', (error) => this.destroy(asSeen(what, error) as Error));
    sent.once('close', () => {
      if (!sent.readableEnded) this.destroy(new StoreAwayError(`${what}: the line broke`));
    });
    sent.pause();
  }

  override _read(): void {
    if (this.sent.readableEnded) return;
    this.#silence ??= setTimeout(
      () => this.destroy(new StoreAwayError(`${this.what}: nothing came for ${this.silenceMs} ms`)),
      this.silenceMs,
    );
    this.sent.resume();
  }

  override _destroy(error: Error | null, done: (error: Error | null) => void): void {
    clearTimeout(this.#silence);
    this.sent.destroy();
    done(error);
  }

  #rest(): void {
    clearTimeout(this.#silence);
    this.#silence = undefined;
    this.sent.pause();
  }
}
