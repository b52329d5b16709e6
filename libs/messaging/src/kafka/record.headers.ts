import Decoder from 'kafkajs/src/protocol/decoder.js';

type Value = Buffer | null;
type Values = { [name: string]: Value | Value[] };

interface Header {
  readonly key: string;
  readonly value: Value;
}

/**
 * The headers of one record, made into an object in one pass. The driver makes them by copying the object for every header: one
 * message of 20,000 headers, no larger than 200 kB, would keep a process busy for minutes, and each that took its partition after it.
 */
class RecordHeaders extends Array<Header> {
  override reduce(): never {
    const values = new Map<string, Value | Value[]>();
    for (const { key, value } of this) {
      const earlier = values.get(key);
      // A list is this loop's own: a value is bytes, or nothing.
      if (earlier === undefined) values.set(key, value);
      else if (Array.isArray(earlier)) earlier.push(value);
      else values.set(key, [earlier, value]);
    }
    // What calls this is plain script, and takes the object.
    return Object.fromEntries(values) satisfies Values as never;
  }
}

/** Has the driver read headers so, in the whole process. The driver reads nothing else by this method. */
export function readHeadersInOnePass(): void {
  Decoder.prototype.readVarIntArray = function <T>(this: Decoder, reader: (decoder: Decoder) => T): T[] {
    const count = this.readVarInt();
    const headers = new RecordHeaders();
    for (let i = 0; i < count; i += 1) headers.push(reader(this) as Header);
    return headers as unknown as T[];
  };
}
