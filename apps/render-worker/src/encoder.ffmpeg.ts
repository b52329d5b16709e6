import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import { once } from 'node:events';
import { ffmpegPath } from '#videos/ffmpeg';

export interface Output {
  readonly width: number;
  readonly height: number;
  readonly fps: number;
  readonly durationMs: number;
}

/** Writes raw frames into an MP4 (H.264 High, yuv420p, `moov` in front) by an ffmpeg process of its own. */
export class Encoder {
  private complaint = '';
  private readonly ended: Promise<number | null>;

  private constructor(private readonly process: ChildProcessWithoutNullStreams) {
    process.stderr.setEncoding('utf8').on('data', (text: string) => {
      this.complaint = (this.complaint + text).slice(-2000);
    });
    // A pipe that breaks shows in the exit code.
    process.stdin.on('error', (error) => {
      this.complaint += error.message;
    });
    this.ended = once(process, 'close').then(([code]) => code as number | null);
    this.ended.catch((error: Error) => {
      this.complaint += error.message;
    });
  }

  static async start(file: string, { width, height, fps }: Output): Promise<Encoder> {
    const input = ['-f', 'rawvideo', '-pix_fmt', 'rgba', '-s', `${width}x${height}`, '-r', `${fps}`, '-i', '-'];
    const colour = [
      '-vf',
      'scale=out_color_matrix=bt709:out_range=tv',
      '-colorspace',
      'bt709',
      '-color_primaries',
      'bt709',
      '-color_trc',
      'bt709',
      '-color_range',
      'tv',
    ];
    const codec = ['-c:v', 'libx264', '-profile:v', 'high', '-preset', 'veryfast', '-crf', '19', '-pix_fmt', 'yuv420p', '-threads', '1'];
    return new Encoder(
      spawn(await ffmpegPath(), ['-v', 'error', '-y', ...input, ...colour, ...codec, '-movflags', '+faststart', '-f', 'mp4', file]),
    );
  }

  /** Takes one frame of RGBA bytes; resolves when the buffer may be used again. Rejects where ffmpeg has gone. */
  async write(frame: Uint8Array): Promise<void> {
    await new Promise<void>((resolve, reject) => {
      this.process.stdin.write(frame, (error) => (error ? reject(this.failure(error.message)) : resolve()));
    });
  }

  /** Resolves when the file is complete. */
  async finish(): Promise<void> {
    this.process.stdin.end();
    const code = await this.ended;
    if (code !== 0) throw this.failure(`it ended with ${code}`);
  }

  private failure(why: string): Error {
    return new Error(`ffmpeg failed: ${why} ${this.complaint}`);
  }
}
