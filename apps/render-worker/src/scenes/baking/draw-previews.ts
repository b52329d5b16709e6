import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { preview } from '../../preview.js';
import { rooms } from '../rooms.js';

/** Draws the catalogue's previews: `draw-previews SETS-FOLDER TARGET-FOLDER`. */
const [sets = '', target = ''] = process.argv.slice(2);
for (const { roomId } of rooms) await writeFile(join(target, `${roomId}.webp`), await preview(roomId, sets));
