import { hash } from 'node:crypto';
import type { Json } from './event.js';

/** Hash of a normalised request: the same for the same content in whatever order its members stand (rule 8). */
export function requestHash(request: Json): string {
  return hash('sha256', JSON.stringify(request, inOrder), 'base64url').slice(0, 22);
}

function inOrder(_key: string, value: unknown): unknown {
  if (value === null || typeof value !== 'object' || Array.isArray(value)) return value;
  return Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)));
}
