import { randomBytes } from 'node:crypto';
import type { Ids } from './ids.port.js';

const ID_BYTES = 16;

/** Identifiers and secrets from the system's cryptographic generator. */
export const randomIds: Ids = {
  random: () => randomBytes(ID_BYTES).toString('base64url'),
  secret: (bytes) => randomBytes(bytes).toString('base64url'),
};
