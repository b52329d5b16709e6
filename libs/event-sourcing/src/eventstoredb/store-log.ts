/** Where the adapter says what it met: a logger in the manner of pino. */
export interface StoreLog {
  debug(fields: { readonly [field: string]: unknown }, message: string): void;
  warn(fields: { readonly [field: string]: unknown }, message: string): void;
}
