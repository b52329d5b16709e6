import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { emptyRoom, mockupOf } from '../../mockup.js';
import { rooms } from '../rooms.js';
import { loadSet } from '../set.sharp.js';

/** Draws the empty rooms of the mock-ups and writes how pictures hang in them: `draw-mockups SETS-FOLDER TARGET-FOLDER`. */
const [sets = '', target = ''] = process.argv.slice(2);
for (const room of rooms) {
  const set = await loadSet(room, sets);
  await writeFile(join(target, `${room.roomId}.webp`), await emptyRoom(set));
  await writeFile(join(target, `${room.roomId}.json`), `${JSON.stringify(mockupOf(set))}\n`);
}
