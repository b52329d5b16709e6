/** One at a time per name, in order of arrival; names do not wait for each other. */
export class Turns {
  readonly #waiting = new Map<string, ((trouble?: Error) => void)[]>();

  /**
   * Undefined: it is the caller's turn at once. Otherwise it is when this resolves, with the trouble that the turn before it ended in, if
   * any. Whoever had a turn must end it.
   */
  take(name: string): Promise<Error | undefined> | undefined {
    const waiting = this.#waiting.get(name);
    if (waiting === undefined) {
      this.#waiting.set(name, []);
      return undefined;
    }
    return new Promise((resolve) => waiting.push(resolve));
  }

  end(name: string, trouble?: Error): void {
    const next = this.#waiting.get(name)?.shift();
    if (next === undefined) this.#waiting.delete(name);
    else next(trouble);
  }
}
