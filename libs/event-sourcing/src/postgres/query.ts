/** Values that are bound to a statement. */
export type SqlValue = string | number;
/** Runs one statement, and gives its rows as arrays of columns. Big integers and numerics come as text. */
export type Query = (sql: string, values?: readonly SqlValue[]) => Promise<readonly (readonly unknown[])[]>;
