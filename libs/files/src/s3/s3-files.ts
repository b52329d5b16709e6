import { createHash } from 'node:crypto';
import { Readable } from 'node:stream';
import {
  DeleteObjectCommand,
  GetObjectCommand,
  HeadBucketCommand,
  HeadObjectCommand,
  ListObjectsV2Command,
  PutObjectCommand,
  type S3Client,
} from '@aws-sdk/client-s3';
import { getSignedUrl } from '@aws-sdk/s3-request-presigner';
import { checkedFileKey, InvalidFileKeyError, isFileKey } from '../file-key.js';
import type { DirectPut, ExpectedContent, Files, StoredFile } from '../files.port.js';
import { receive } from '../received.js';
import { asSeen, statusOf } from './away.js';
import { checkStore } from './s3-check.js';
import { readS3Url, type S3Location } from './s3-location.js';
import { type Answered, answered, clientFor, silenceMs } from './s3-requests.js';
import { Spool } from './spool.js';
import { StoredContent } from './stored-content.js';

export interface S3FilesOptions {
  /** `s3://bucket/prefix?endpoint=…&region=…`; without an endpoint AWS itself. Credentials come by the SDK's default chain. */
  readonly url: string;
  readonly log: (message: string) => void;
}

/** Memory of one running `put`; longer content lies in a temporary file until the store has it. */
const memoryBytes = 8 * 1024 * 1024;
/** A store that takes longer to say that it is there is not ready. */
const pingMs = 3_000;
/** Bytes that stores allow in a key, prefix included. */
const keyAtMost = 1_024;

/**
 * Files in an S3-compatible store. Each is put in one request that carries its length and SHA-256, so that the store keeps it whole
 * or not at all, and refuses what was damaged on the way. A put that fails with EngineUnavailableError may still have been stored, whole.
 */
export class S3Files implements Files {
  private received = 0;

  private constructor(
    private readonly client: S3Client,
    private readonly location: S3Location,
    private readonly log: (message: string) => void,
  ) {}

  /** Throws FilesUrlError where address, bucket or credentials cannot be used, EngineUnavailableError where the store is away. */
  static async open({ url, log }: S3FilesOptions): Promise<S3Files> {
    const location = readS3Url(url);
    const client = clientFor(location, log);
    try {
      await checkStore(client, location, log);
    } catch (error) {
      client.destroy();
      throw error;
    }
    return new S3Files(client, location, log);
  }

  async put(
    key: string | ((received: Omit<StoredFile, 'key'>) => string),
    content: Readable | Uint8Array,
    limitBytes: number,
  ): Promise<StoredFile> {
    const spool = new Spool(`files-${process.pid}-${Date.now()}-${(this.received += 1)}`, memoryBytes);
    try {
      if (typeof key === 'string') this.objectOf(key);
      const received = await receive(content, limitBytes, (chunk) => spooled(spool, chunk));
      const final = typeof key === 'string' ? key : key(received);
      await this.store(this.objectOf(final), received, spool);
      return { key: final, ...received };
    } catch (error) {
      if (!(content instanceof Uint8Array)) content.destroy();
      throw error;
    } finally {
      await spool.close();
    }
  }

  async size(key: string): Promise<number | undefined> {
    return (await this.head(key))?.ContentLength;
  }

  /** As the store checked it when it took the content; read where it keeps none of the whole. */
  async sha256(key: string): Promise<string | undefined> {
    const found = await this.head(key);
    if (found === undefined) return undefined;
    if (found.ChecksumSHA256 !== undefined && /^[A-Za-z0-9+/]{43}=$/.test(found.ChecksumSHA256)) {
      return Buffer.from(found.ChecksumSHA256, 'base64').toString('hex');
    }
    const hash = createHash('sha256');
    for await (const chunk of await this.read(key)) hash.update(chunk as Uint8Array);
    return hash.digest('hex');
  }

  async read(key: string, range?: { readonly start: number; readonly end: number }): Promise<Readable> {
    const command = new GetObjectCommand({ ...this.objectOf(key), ...(range && { Range: `bytes=${range.start}-${range.end}` }) });
    const what = `reading ${key}`;
    try {
      const { Body: sent } = await this.answered(what, (abortSignal) => this.client.send(command, { abortSignal }));
      if (!(sent instanceof Readable)) throw new Error(`${what}: the answer has no content`);
      return new StoredContent(what, sent, silenceMs);
    } catch (error) {
      if (isMissing(error)) throw new Error(`no file under ${key}`, { cause: error });
      // Nothing of the file lies in the range.
      if (statusOf(error) === 416) return Readable.from([], { objectMode: false });
      throw error;
    }
  }

  async remove(key: string): Promise<void> {
    const command = new DeleteObjectCommand(this.objectOf(key));
    await this.answered(`removing ${key}`, (abortSignal) => this.client.send(command, { abortSignal }));
  }

  async *list(prefix: string): AsyncIterable<{ readonly key: string; readonly changedAt: number }> {
    const under = prefix.slice(0, prefix.lastIndexOf('/') + 1);
    if (under !== '') checkedFileKey(under.slice(0, -1));
    const from = { Bucket: this.location.bucket, Prefix: this.location.prefix + prefix };
    for (let token: string | undefined, first = true; first || token !== undefined; first = false) {
      const command: ListObjectsV2Command = new ListObjectsV2Command({ ...from, ContinuationToken: token });
      const page = await this.answered(`listing ${prefix}`, (abortSignal) => this.client.send(command, { abortSignal }));
      for (const { Key = '', LastModified } of page.Contents ?? []) {
        const key = Key.slice(this.location.prefix.length);
        if (isFileKey(key) && LastModified) yield { key, changedAt: LastModified.getTime() };
      }
      token = page.IsTruncated ? page.NextContinuationToken : undefined;
    }
  }

  async directPut(key: string, { bytes, sha256, contentType }: ExpectedContent, lifetimeMs: number): Promise<DirectPut> {
    const checksum = Buffer.from(sha256, 'hex').toString('base64');
    const command = new PutObjectCommand({
      ...this.objectOf(key),
      ContentLength: bytes,
      ContentType: contentType,
      ChecksumSHA256: checksum,
    });
    const headers = { 'content-type': contentType, 'content-length': String(bytes), 'x-amz-checksum-sha256': checksum };
    const names = new Set(Object.keys(headers));
    const now = Date.now();
    try {
      const expiresIn = Math.floor(lifetimeMs / 1_000);
      const url = await getSignedUrl(this.client, command, {
        expiresIn,
        signableHeaders: new Set([...names, 'host']),
        unhoistableHeaders: names,
      });
      return { url, headers, expiresAt: now + expiresIn * 1_000 };
    } catch (error) {
      throw asSeen(`an address for ${key}`, error);
    }
  }

  /** Resolves while the store answers; EngineUnavailableError otherwise. */
  async ping(): Promise<void> {
    const command = new HeadBucketCommand({ Bucket: this.location.bucket });
    await answered('files', this.log, (abortSignal) => this.client.send(command, { abortSignal }), pingMs);
  }

  /** Lets go of all connections. What is running fails. */
  close(): void {
    this.client.destroy();
  }

  private async store(object: ObjectName, { bytes, sha256 }: Omit<StoredFile, 'key'>, spool: Spool): Promise<void> {
    const checksum = Buffer.from(sha256, 'hex').toString('base64');
    const answer = await this.answered(`storing ${object.Key}`, async (abortSignal, alive) => {
      const content = spool.content();
      const body = content instanceof Uint8Array ? content : Readable.from(watched(content, alive), { objectMode: false });
      try {
        const command = new PutObjectCommand({ ...object, Body: body, ContentLength: bytes, ChecksumSHA256: checksum });
        return await this.client.send(command, { abortSignal });
      } finally {
        if (body instanceof Readable) body.destroy();
      }
    });
    if (answer.ChecksumSHA256 !== undefined && answer.ChecksumSHA256 !== checksum) {
      throw new Error(`${object.Key}: the store has something else than was sent`);
    }
  }

  private async head(key: string) {
    const command = new HeadObjectCommand({ ...this.objectOf(key), ChecksumMode: 'ENABLED' });
    try {
      return await this.answered(`looking at ${key}`, (abortSignal) => this.client.send(command, { abortSignal }));
    } catch (error) {
      if (isMissing(error)) return undefined;
      throw error;
    }
  }

  private answered<Answer extends Answered>(
    what: string,
    request: (signal: AbortSignal, alive: () => void) => Promise<Answer>,
  ): Promise<Answer> {
    return answered(what, this.log, request);
  }

  private objectOf(key: string): ObjectName {
    const Key = this.location.prefix + checkedFileKey(key);
    if (Key.length > keyAtMost) throw new InvalidFileKeyError(key);
    return { Bucket: this.location.bucket, Key };
  }
}

interface ObjectName {
  readonly Bucket: string;
  readonly Key: string;
}

async function spooled(spool: Spool, chunk: Uint8Array): Promise<void> {
  try {
    await spool.write(chunk);
  } catch (error) {
    throw asSeen('receiving into the temporary folder', error);
  }
}

async function* watched(pieces: AsyncIterable<Uint8Array>, alive: () => void): AsyncGenerator<Uint8Array> {
  for await (const piece of pieces) {
    alive();
    yield piece;
  }
}

function isMissing(error: unknown): boolean {
  return statusOf(error) === 404 && (error as Error).name !== 'NoSuchBucket';
}
