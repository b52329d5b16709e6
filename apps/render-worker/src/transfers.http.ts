/** The service could not be reached, or answered with a fault of its own: trying again later may help. */
export class AwayError extends Error {
  override readonly name = 'AwayError';
}

/** The service refused: the same request will be refused again. */
export class RefusedError extends Error {
  override readonly name = 'RefusedError';
  constructor(readonly status: number) {
    super(`refused with ${status}`);
  }
}

/** One upload is at most so long; a longer answer is not an artwork. */
const mostBytes = 64 * 1024 * 1024;
/** Without an answer for so long the service counts as away. */
const timeoutMs = 30_000;

/** Fetches a file. Rejects with AwayError, RefusedError, or the signal's reason. */
export async function download(url: string, signal: AbortSignal): Promise<Uint8Array> {
  const response = await call(url, {}, signal);
  const chunks: Uint8Array[] = [];
  let length = 0;
  try {
    for await (const chunk of response.body ?? []) {
      length += (chunk as Uint8Array).length;
      if (length > mostBytes) throw new RefusedError(413);
      chunks.push(chunk as Uint8Array);
    }
  } catch (error) {
    throw error instanceof RefusedError || signal.aborted ? error : new AwayError(`the download broke off: ${String(error)}`);
  }
  return Buffer.concat(chunks);
}

/** Sends a body and gives the JSON answer, or undefined for an answer without one. Rejects as `download` does. */
export async function send(
  method: 'PUT' | 'POST',
  url: string,
  body: Uint8Array | string,
  headers: Record<string, string>,
  signal: AbortSignal,
  waitMs = 0,
): Promise<unknown> {
  const response = await call(url, { method, body, headers }, signal, waitMs);
  if (response.status === 204) return undefined;
  try {
    return await response.json();
  } catch (error) {
    throw signal.aborted ? error : new AwayError(`the answer could not be read: ${String(error)}`);
  }
}

/** Puts a body where nothing is answered but that it was taken. Rejects as `download` does. */
export async function put(url: string, body: Uint8Array, headers: Record<string, string>, signal: AbortSignal): Promise<void> {
  const response = await call(url, { method: 'PUT', body, headers }, signal);
  await response.body?.cancel();
}

async function call(url: string, init: RequestInit, signal: AbortSignal, waitMs = 0): Promise<Response> {
  let response: Response;
  try {
    response = await fetch(url, { ...init, signal: AbortSignal.any([signal, AbortSignal.timeout(timeoutMs + waitMs)]) });
  } catch (error) {
    if (signal.aborted) throw error;
    throw new AwayError(`the service cannot be reached: ${String(error)}`);
  }
  if (response.ok) return response;
  await response.body?.cancel();
  if (response.status >= 500 || response.status === 429 || response.status === 408)
    throw new AwayError(`the service answered ${response.status}`);
  throw new RefusedError(response.status);
}
