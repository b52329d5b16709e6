import { isFileKey } from '../file-key.js';

/** Where files lie in an S3-compatible store. */
export interface S3Location {
  readonly bucket: string;
  /** In front of every key: empty, or ending in a slash. */
  readonly prefix: string;
  /** Undefined: AWS itself, found by the region. */
  readonly endpoint: string | undefined;
  /** Undefined: what the environment says (`AWS_REGION`), and `us-east-1` where an endpoint is given. */
  readonly region: string | undefined;
}

/** `FILES_URL`, or what it leads to, cannot be used as it is: somebody has to change something before another try helps. */
export class FilesUrlError extends Error {
  override readonly name = 'FilesUrlError';
  constructor(reason: string, options?: ErrorOptions) {
    super(`FILES_URL: ${reason}`, options);
  }
}

/** Characters of a prefix at most: the rest of what a store allows is left to keys. */
const prefixAtMost = 200;
const known = ['endpoint', 'region'];

/** Reads `s3://bucket/prefix?endpoint=http://127.0.0.1:9000&region=us-east-1`. Throws FilesUrlError. */
export function readS3Url(text: string): S3Location {
  if (!URL.canParse(text) || !text.startsWith('s3://')) throw new FilesUrlError('expected s3://bucket/prefix?endpoint=…&region=…');
  const { hostname: bucket, pathname, searchParams, username, password, port, hash } = new URL(text);
  if (username !== '' || password !== '')
    throw new FilesUrlError('credentials are taken from AWS_ACCESS_KEY_ID and the like, not from the address');
  if (port !== '' || hash !== '' || !/^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/.test(bucket))
    throw new FilesUrlError(`"${bucket}" is not the name of a bucket`);
  const path = pathname.replace(/^\//, '').replace(/\/$/, '');
  if (path.length > prefixAtMost || (path !== '' && !isFileKey(path)))
    throw new FilesUrlError('the prefix is not one that keys may begin with');
  for (const name of searchParams.keys()) {
    if (!known.includes(name) || searchParams.getAll(name).length > 1)
      throw new FilesUrlError(`"${name}" is not known here, or is there twice`);
  }
  const endpoint = searchParams.get('endpoint') ?? undefined;
  if (endpoint !== undefined && !(URL.canParse(endpoint) && /^https?:\/\/[^/]/.test(endpoint))) {
    throw new FilesUrlError('the endpoint must be an address like https://s3.example');
  }
  const region = searchParams.get('region') ?? (endpoint === undefined ? undefined : 'us-east-1');
  return { bucket, prefix: path === '' ? '' : `${path}/`, endpoint, region };
}
