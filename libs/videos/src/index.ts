export * from './artworks/artwork.events.js';
export * from './artworks/artworks.js';
export * from './video/video.commands.js';
export * from './video/video.queries.js';
