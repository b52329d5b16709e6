import type { RenderJob } from '#contracts';

/** Bounds of what a worker renders, whatever a job asks for. */
const most = { side: 1920, fps: 60, durationMs: 20_000 } as const;

/** Reads a job as it came, or gives undefined where it cannot be one. */
export function readJob(body: string): RenderJob | undefined {
  let data: unknown;
  try {
    data = JSON.parse(body);
  } catch {
    return undefined;
  }
  return isJob(data) ? data : undefined;
}

export function isJob(data: unknown): data is RenderJob {
  if (typeof data !== 'object' || data === null) return false;
  const { videoId, attempt, roomId, artworkUrl, uploadUrl, output } = data as Partial<Record<keyof RenderJob, unknown>>;
  if (![videoId, roomId, artworkUrl, uploadUrl].every((text) => typeof text === 'string' && text !== '')) return false;
  if (!whole(attempt, 1, Number.MAX_SAFE_INTEGER) || typeof output !== 'object' || output === null) return false;
  const { width, height, fps, durationMs } = output as Record<string, unknown>;
  // H.264 in yuv420p needs even sides.
  return (
    whole(width, 16, most.side, 2) && whole(height, 16, most.side, 2) && whole(fps, 1, most.fps) && whole(durationMs, 100, most.durationMs)
  );
}

function whole(value: unknown, least: number, largest: number, multipleOf = 1): boolean {
  return Number.isInteger(value) && (value as number) >= least && (value as number) <= largest && (value as number) % multipleOf === 0;
}
