import { hash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { extname, join, relative, sep } from 'node:path';
import { fileURLToPath } from 'node:url';

/** Ways a file lies beside itself, best first, by the end of its name. */
const encodings = [
  ['br', '.br'],
  ['gzip', '.gz'],
] as const;

const contentTypes: { readonly [extension: string]: string } = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.ts': 'text/plain; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.json': 'application/json; charset=utf-8',
  '.map': 'application/json; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.webp': 'image/webp',
  '.avif': 'image/avif',
  '.jpg': 'image/jpeg',
  '.ico': 'image/x-icon',
  '.woff2': 'font/woff2',
};

/** One built file, in the best way that the caller understands. */
export interface WebFile {
  readonly content: Buffer;
  readonly contentType: string;
  readonly encoding: string | undefined;
  /** With its quotes. Each encoding has its own. */
  readonly etag: string;
}

/** `dist/web`, as it lies from the sources and from the compiled module. */
export const builtWeb = ['../../../../dist/web/', '../../../../web/'].map((place) => fileURLToPath(new URL(place, import.meta.url)));

/**
 * The built pages and elements by their path in the first folder that there is. The names there at the first question are all that can be
 * asked for; each file is read once and kept, for together they are small.
 */
export class WebFiles {
  private readonly kept = new Map<string, Promise<Buffer>>();
  private built: Promise<ReadonlyMap<string, string>> | undefined;

  constructor(private readonly folders: readonly string[]) {}

  /** Undefined where no such file was built. `accepts` is the request's Accept-Encoding. */
  async find(name: string, accepts: string | undefined): Promise<WebFile | undefined> {
    const contentType = contentTypes[extname(name)];
    const built = await this.names();
    if (contentType === undefined || !built.has(name)) return undefined;
    const best = encodings.find(([encoding, end]) => understands(accepts, encoding) && built.has(name + end));
    const content = await this.read(built.get(name + (best?.[1] ?? '')) ?? '');
    const digest = hash('sha256', content, 'base64url').slice(0, 22);
    return { content, contentType, encoding: best?.[0], etag: `"${digest}"` };
  }

  private names(): Promise<ReadonlyMap<string, string>> {
    return (this.built ??= listed(this.folders).catch((error: unknown) => {
      this.built = undefined;
      throw error;
    }));
  }

  /** What could not be read is read anew when it is asked for again. */
  private read(path: string): Promise<Buffer> {
    const known = this.kept.get(path);
    if (known !== undefined) return known;
    const reading = readFile(path).catch((error: unknown) => {
      this.kept.delete(path);
      throw error;
    });
    this.kept.set(path, reading);
    return reading;
  }
}

/** Each built file's full path, by its path in the folder. Empty where nothing was built. */
async function listed(folders: readonly string[]): Promise<ReadonlyMap<string, string>> {
  for (const folder of folders) {
    const entries = await readdir(folder, { recursive: true, withFileTypes: true }).catch(absent);
    const files = entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
    if (files.length > 0) return new Map(files.map((file) => [relative(folder, file).replaceAll(sep, '/'), file]));
  }
  return new Map();
}

function absent(error: NodeJS.ErrnoException): [] {
  if (error.code !== 'ENOENT') throw error;
  return [];
}

/** Whether an Accept-Encoding takes it; a weight of 0 is a no (RFC 9110 §12.5.3). */
function understands(header: string | undefined, encoding: string): boolean {
  return (header ?? '').split(',').some((offer) => {
    const [name, weight] = offer
      .trim()
      .toLowerCase()
      .split(/\s*;\s*q=/);
    return name === encoding && (weight === undefined || Number(weight) > 0);
  });
}
