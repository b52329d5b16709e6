import { artwork } from '../demo/artwork.js';

interface ChosenFile {
  readonly name: string;
  readonly mimeType: string;
  readonly buffer: Buffer;
}

/** A picture as a customer chooses it from the disk. */
export async function pictureFile(name = 'sun-over-hills.png'): Promise<ChosenFile> {
  return { name, mimeType: 'image/png', buffer: await artwork() };
}
