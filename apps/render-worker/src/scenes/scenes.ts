import type { Film } from './baking/bake.js';
import type { Scene } from './baking/tracer.js';
import { livingRoom, livingRoomFilm, livingRoomScene } from './living-room.scene.js';
import type { Room } from './room.js';

/** Every room with what its layers are baked from. */
export const scenes: readonly { readonly room: Room; readonly scene: Scene; readonly film: Film }[] = [
  { room: livingRoom, scene: livingRoomScene, film: livingRoomFilm },
];
