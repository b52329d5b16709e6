import { type FileHandle, open, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const pieceBytes = 256 * 1024;

/** Content as it is received: in memory while it is short, otherwise in a file without a name, which the system frees even if this process dies. */
export class Spool {
  #held: Buffer[] = [];
  #heldBytes = 0;
  #file: FileHandle | undefined;

  /** `name` is one that no other spool has at the same time; memory holds `memoryBytes` at most. */
  constructor(
    private readonly name: string,
    private readonly memoryBytes: number,
  ) {}

  async write(chunk: Uint8Array): Promise<void> {
    if (this.#file === undefined && this.#heldBytes + chunk.length <= this.memoryBytes) {
      // A copy: the source may use its memory again.
      this.#held.push(Buffer.from(chunk));
      this.#heldBytes += chunk.length;
      return;
    }
    if (this.#file === undefined) {
      this.#file = await this.#openUnnamed();
      for (const held of this.#held) await writeAll(this.#file, held);
      this.#held = [];
    }
    await writeAll(this.#file, chunk);
  }

  /** Everything: in one piece, or piece by piece where it lies in the file. */
  content(): Buffer | AsyncGenerator<Uint8Array> {
    return this.#file === undefined ? Buffer.concat(this.#held, this.#heldBytes) : piecesOf(this.#file);
  }

  async close(): Promise<void> {
    this.#held = [];
    await this.#file?.close();
    this.#file = undefined;
  }

  async #openUnnamed(): Promise<FileHandle> {
    const path = join(tmpdir(), this.name);
    const file = await open(path, 'wx+');
    await rm(path);
    return file;
  }
}

async function writeAll(file: FileHandle, chunk: Uint8Array): Promise<void> {
  for (let from = 0; from < chunk.length; ) from += (await file.write(chunk, from)).bytesWritten;
}

async function* piecesOf(file: FileHandle): AsyncGenerator<Uint8Array> {
  for (let from = 0; ; ) {
    const { bytesRead, buffer } = await file.read(Buffer.alloc(pieceBytes), 0, pieceBytes, from);
    if (bytesRead === 0) return;
    from += bytesRead;
    yield buffer.subarray(0, bytesRead);
  }
}
