import { Readable } from 'node:stream';
import type { Files } from '#files';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { ProblemError } from './problem.js';

/** A stored file on its way to a caller. */
export interface FileAnswer {
  readonly key: string;
  readonly bytes: number;
  /** Without quotes; the same content always has the same one. */
  readonly etag: string;
  readonly contentType: string;
  /** Offered under this name (letters, digits, `-`, `.`); shown in place where there is none. */
  readonly saveAs?: string;
}

/** Sends a file, whole or the part that `Range` asks for (RFC 9110 §14: one range; several are answered with the whole). */
export async function sendFile(request: FastifyRequest, reply: FastifyReply, files: Files, file: FileAnswer): Promise<void> {
  const etag = `"${file.etag}"`;
  reply
    .header('etag', etag)
    .header('accept-ranges', 'bytes')
    .header('cache-control', 'private, max-age=3600')
    .header('content-security-policy', "default-src 'none'; sandbox")
    .header('content-disposition', file.saveAs === undefined ? 'inline' : `attachment; filename="${file.saveAs}"`);
  if (matchesEtag(request.headers['if-none-match'], etag)) {
    reply.code(304).send();
    return;
  }
  const range = rangeAsked(request, etag, file.bytes);
  if (range === 'outside') {
    reply.header('content-range', `bytes */${file.bytes}`).removeHeader('content-disposition');
    throw new ProblemError('range-not-satisfiable', undefined, { bytes: file.bytes });
  }
  const { start, end } = range ?? { start: 0, end: file.bytes - 1 };
  reply.header('content-type', file.contentType).header('content-length', String(end - start + 1));
  if (range !== undefined) reply.code(206).header('content-range', `bytes ${start}-${end}/${file.bytes}`);
  // A HEAD must not read the file. An empty stream, for an empty body would reset the length.
  reply.send(request.method === 'HEAD' ? Readable.from([]) : await files.read(file.key, { start, end }));
}

/** Whether an `If-None-Match` names this ETag, weak or strong. */
export function matchesEtag(header: string | undefined, etag: string): boolean {
  if (header === undefined) return false;
  return header.trim() === '*' || header.split(',').some((candidate) => candidate.trim().replace(/^W\//, '') === etag);
}

function rangeAsked(
  request: FastifyRequest,
  etag: string,
  bytes: number,
): { readonly start: number; readonly end: number } | 'outside' | undefined {
  const { range, 'if-range': ifRange } = request.headers;
  if (range === undefined || (ifRange !== undefined && ifRange !== etag)) return undefined;
  const [, first, last] = /^bytes=(\d{0,15})-(\d{0,15})$/.exec(range.replace(/\s/g, '')) ?? [];
  if (first === undefined || last === undefined || (first === '' && last === '')) return undefined;
  if (first === '') return Number(last) === 0 ? 'outside' : { start: Math.max(0, bytes - Number(last)), end: bytes - 1 };
  const start = Number(first);
  const end = last === '' ? bytes - 1 : Math.min(Number(last), bytes - 1);
  if (last !== '' && Number(last) < start) return undefined;
  return start >= bytes ? 'outside' : { start, end };
}
