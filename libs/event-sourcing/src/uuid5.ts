import { hash } from 'node:crypto';

/** The project's own namespace: event ids are UUIDv5 in it, so no other system's ids can meet them. */
export const EVENT_NAMESPACE = '6f2d1c0e-9b54-4c3a-8a77-1e5b0c94d2f3';

const NAMESPACE_BYTES = 16;
const SCRATCH_BYTES = 4096;
/** A name of so many UTF-16 units always fits into the scratch as UTF-8. */
const SCRATCH_NAME_LENGTH = Math.floor((SCRATCH_BYTES - NAMESPACE_BYTES) / 3);

/** The name-based UUID of RFC 9562 section 5.5 (SHA-1), in lower case. `namespace` is a UUID. */
export function uuid5(namespace: string, name: string): string {
  return named(bytesOf(namespace), name);
}

const eventNamespace = bytesOf(EVENT_NAMESPACE);
const scratch = Buffer.alloc(SCRATCH_BYTES);
const VARIANT = ['8', '9', 'a', 'b'] as const;

/** Id of the `index`-th event (from 0) that `cause` makes in `stream`: the same decision always makes the same id. */
export function eventId(stream: string, cause: string, index: number): string {
  return named(eventNamespace, `${stream}\n${cause}\n${index}`);
}

function named(namespace: Buffer, name: string): string {
  const hex = hash('sha1', bytesToHash(namespace, name), 'hex');
  const variant = VARIANT[Number.parseInt(hex.charAt(16), 16) & 3];
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-5${hex.slice(13, 16)}-${variant}${hex.slice(17, 20)}-${hex.slice(20, 32)}`;
}

function bytesToHash(namespace: Buffer, name: string): Buffer {
  if (name.length > SCRATCH_NAME_LENGTH) return Buffer.concat([namespace, Buffer.from(name, 'utf8')]);
  namespace.copy(scratch, 0);
  const written = scratch.write(name, NAMESPACE_BYTES, 'utf8');
  return scratch.subarray(0, NAMESPACE_BYTES + written);
}

function bytesOf(uuid: string): Buffer {
  return Buffer.from(uuid.replaceAll('-', ''), 'hex');
}
