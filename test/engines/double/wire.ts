// Three messages of the protocol hold types of Google's own, for which the client brings no classes of its own: they are written by hand.

const VARINT = 0;
const LENGTH_DELIMITED = 2;

/** A field that holds a whole number. */
export const number = (field: number, value: bigint | number): Buffer => Buffer.concat([varint((field << 3) | VARINT), varint(value)]);

/** A field that holds text, bytes or another message. */
export function bytes(field: number, value: Uint8Array | string): Buffer {
  const content = Buffer.from(value);
  return Buffer.concat([varint((field << 3) | LENGTH_DELIMITED), varint(content.length), content]);
}

/** A field that is there and says nothing more. */
export const empty = (field: number): Buffer => bytes(field, '');

function varint(value: bigint | number): Buffer {
  const out: number[] = [];
  let rest = BigInt.asUintN(64, BigInt(value));
  for (; rest > 127n; rest >>= 7n) out.push(Number(rest & 127n) | 128);
  out.push(Number(rest));
  return Buffer.from(out);
}
