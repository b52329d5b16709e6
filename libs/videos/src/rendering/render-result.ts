import { IsBoolean, IsInt, IsOptional, IsString, Matches, Max, MaxLength, Min, MinLength, validateSync } from 'class-validator';
import { accountOfVideo } from '../video/video.id.js';

class AboutAttempt {
  @IsString() @MaxLength(200) videoId!: string;
  @IsInt() @Min(1) @Max(1_000_000) attempt!: number;
}

export class StartedData extends AboutAttempt {
  @IsOptional() @IsString() @MaxLength(200) workerId?: string | null;
}

export class ProgressedData extends AboutAttempt {
  @Min(0) @Max(100) progress!: number;
}

export class CompletedData extends AboutAttempt {
  @IsString() @MaxLength(2_000) videoUrl!: string;
  @IsInt() @Min(1) bytes!: number;
  @Matches(/^[0-9a-fA-F]{64}$/, { message: 'sha256 must be 64 hexadecimal digits' }) sha256!: string;
}

export class FailedData extends AboutAttempt {
  @IsString() @MinLength(1) @MaxLength(2_000) reason!: string;
  @IsBoolean() retryable!: boolean;
}

/** A report of a render worker that can be right. */
export type RenderResult = { readonly accountId: string } & (
  | { readonly kind: 'started'; readonly data: StartedData }
  | { readonly kind: 'progressed'; readonly data: ProgressedData }
  | { readonly kind: 'completed'; readonly data: CompletedData }
  | { readonly kind: 'failed'; readonly data: FailedData }
);

/** Reads a report's type and data; what cannot be right comes back as a reason to park it. */
export function readRenderResult(type: string, data: unknown): RenderResult | string {
  if (data === null || typeof data !== 'object' || Array.isArray(data) || Object.hasOwn(data, '__proto__'))
    return 'malformed body: the data is not an object';
  switch (type) {
    case 'videos.render.started':
      return checked(StartedData, data, (value) => ({ kind: 'started', data: value }));
    case 'videos.render.progressed':
      return checked(ProgressedData, data, (value) => ({ kind: 'progressed', data: value }));
    case 'videos.render.completed':
      return checked(CompletedData, data, (value) => ({ kind: 'completed', data: value }));
    case 'videos.render.failed':
      return checked(FailedData, data, (value) => ({ kind: 'failed', data: value }));
    default:
      return `unknown type "${type.slice(0, 100)}"`;
  }
}

type Body = RenderResult extends infer R ? (R extends RenderResult ? Omit<R, 'accountId'> : never) : never;

function checked<T extends AboutAttempt>(kind: new () => T, data: object, make: (value: T) => Body): RenderResult | string {
  const value = Object.assign(new kind(), data);
  const [error] = validateSync(value, { stopAtFirstError: true });
  if (error) return `malformed body: ${Object.values(error.constraints ?? {}).join(', ')}`;
  const accountId = accountOfVideo(value.videoId);
  return accountId === undefined ? 'unknown video' : { accountId, ...make(value) };
}
