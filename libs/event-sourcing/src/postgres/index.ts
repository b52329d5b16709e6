export { PostgresDatabase, type PostgresOptions } from './postgres-database.js';
export { PostgresOwnership } from './postgres-ownership.js';
export { PostgresReadModels } from './postgres-read-models.js';
