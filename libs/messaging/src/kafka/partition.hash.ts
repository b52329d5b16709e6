const seed = 0x9747b28c;
const m = 0x5bd1e995;

/** The partition of a key, as every Kafka client's default partitioner chooses it: murmur2 of its UTF-8 bytes. */
export function partitionOf(key: string, partitions: number): number {
  return (murmur2(Buffer.from(key)) & 0x7fffffff) % partitions;
}

function murmur2(data: Buffer): number {
  const whole = data.length & ~3;
  let h = seed ^ data.length;
  for (let at = 0; at < whole; at += 4) {
    let k = Math.imul(data.readInt32LE(at), m);
    k = Math.imul(k ^ (k >>> 24), m);
    h = Math.imul(h, m) ^ k;
  }
  if (data.length > whole) {
    for (let at = data.length - 1; at >= whole; at -= 1) h ^= (data[at] ?? 0) << ((at - whole) * 8);
    h = Math.imul(h, m);
  }
  h = Math.imul(h ^ (h >>> 13), m);
  return h ^ (h >>> 15);
}
