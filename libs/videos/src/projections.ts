import { accountProjection } from './account/account.projection.js';
import { videoProjection } from './library/video.projection.js';

/** Every read model that is folded from the log. */
export const projections = [accountProjection, videoProjection] as const;

/** Their names, under which progress and checkpoints are asked for. */
export const projectionNames: readonly string[] = projections.map(({ name }) => name);
