/** Signed addresses are good for an hour; one is kept for half of that. */
const keptMs = 30 * 60_000;

/**
 * The service signs addresses afresh at each read. A picture whose address changes is loaded again, so the first address for a thing
 * is kept for as long as it is surely good.
 */
export class LastingAddresses {
  private readonly known = new Map<string, { readonly address: string; readonly since: number }>();

  /** `now` in ms. Null stays null. */
  keep(address: string | null, now: number): string | null {
    if (address === null) return null;
    const thing = address.split('?', 1)[0] ?? address;
    const known = this.known.get(thing);
    if (known !== undefined && now - known.since < keptMs) return known.address;
    this.known.set(thing, { address, since: now });
    return address;
  }
}
