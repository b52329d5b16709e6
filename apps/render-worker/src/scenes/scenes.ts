import type { Film } from './baking/bake.js';
import type { Scene } from './baking/tracer.js';
import { childsRoom, childsRoomFilm, childsRoomScene } from './childs-room.scene.js';
import { eveningStairs, eveningStairsFilm, eveningStairsScene } from './evening-stairs.scene.js';
import { galleryWall, galleryWallFilm, galleryWallScene } from './gallery-wall.scene.js';
import { livingRoom, livingRoomFilm, livingRoomScene } from './living-room.scene.js';
import { studioOffice, studioOfficeFilm, studioOfficeScene } from './studio-office.scene.js';
import type { Room } from './room.js';

/** Every room with what its layers are baked from. */
export const scenes: readonly { readonly room: Room; readonly scene: Scene; readonly film: Film }[] = [
  { room: livingRoom, scene: livingRoomScene, film: livingRoomFilm },
  { room: galleryWall, scene: galleryWallScene, film: galleryWallFilm },
  { room: eveningStairs, scene: eveningStairsScene, film: eveningStairsFilm },
  { room: childsRoom, scene: childsRoomScene, film: childsRoomFilm },
  { room: studioOffice, scene: studioOfficeScene, film: studioOfficeFilm },
];
