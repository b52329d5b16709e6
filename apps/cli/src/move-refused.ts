/** What was to be moved cannot be: the file or the target is not as it must be. Nothing was written unless the message says so. */
export class MoveRefusedError extends Error {
  override readonly name = 'MoveRefusedError';
}
