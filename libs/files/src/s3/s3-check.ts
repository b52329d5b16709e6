import { DeleteObjectCommand, ListObjectsV2Command, PutObjectCommand, type S3Client } from '@aws-sdk/client-s3';
import { statusOf } from './away.js';
import { FilesUrlError, type S3Location } from './s3-location.js';
import { answered } from './s3-requests.js';

/** No key can name it: `+` is not a character of keys. */
const probe = '+probe';
const checksumOfNothing = '47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=';

/**
 * Sees to it that the bucket is there, that these credentials may write into it, and that the store holds content to its checksum:
 * it is offered some that does not fit, and must refuse. Throws FilesUrlError, or EngineUnavailableError where the store is away.
 */
export async function checkStore(client: S3Client, location: S3Location, log: (message: string) => void): Promise<void> {
  const { bucket: Bucket, prefix } = location;
  try {
    // Not HEAD: the answer to that has no room for the reason.
    await answered('files', log, (abortSignal) => client.send(new ListObjectsV2Command({ Bucket, MaxKeys: 1 }), { abortSignal }));
  } catch (error) {
    throw refusal(error, Bucket);
  }
  const object = { Bucket, Key: prefix + probe };
  const wrong = new PutObjectCommand({ ...object, Body: Buffer.from('probe'), ChecksumSHA256: checksumOfNothing });
  try {
    await answered('files', log, (abortSignal) => client.send(wrong, { abortSignal }));
  } catch (error) {
    if (statusOf(error) === 400) return;
    throw refusal(error, Bucket);
  }
  await answered('files', log, (abortSignal) => client.send(new DeleteObjectCommand(object), { abortSignal }));
  throw new FilesUrlError(`the store does not check x-amz-checksum-sha256, by which files are known to be whole`);
}

function refusal(error: unknown, bucket: string): unknown {
  const { name } = error as Error;
  const { cause } = error as { readonly cause?: unknown };
  if (cause instanceof Error && cause.name === 'CredentialsProviderError') {
    return new FilesUrlError('no credentials were found: set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or what else the AWS SDK takes', {
      cause,
    });
  }
  if (name === 'NoSuchBucket') return new FilesUrlError(`there is no bucket "${bucket}"`, { cause: error });
  const status = statusOf(error);
  if (status === 301) return new FilesUrlError(`the bucket "${bucket}" is in another region`, { cause: error });
  if (status !== undefined && status >= 400 && status < 500) {
    return new FilesUrlError(`the store refuses these credentials, or what they may do in the bucket "${bucket}" (${name})`, {
      cause: error,
    });
  }
  return error;
}
