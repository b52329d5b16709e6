import type { Position } from './event.js';

/** A place in one log as others hold it: opaque to them, and of no use with another log. */
export function positionToken(logId: string, position: Position): string {
  return Buffer.from(`${logId}:${position}`).toString('base64url');
}

/** The place, or undefined where the token is not one of this log's. */
export function readPositionToken(logId: string, token: string): Position | undefined {
  const text = Buffer.from(token, 'base64url').toString();
  const digits = text.startsWith(`${logId}:`) ? text.slice(logId.length + 1) : '';
  if (!/^(0|[1-9]\d{0,30})$/.test(digits)) return undefined;
  const position = BigInt(digits);
  return positionToken(logId, position) === token ? position : undefined;
}
