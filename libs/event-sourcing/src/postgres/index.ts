export { PostgresDatabase, type PostgresOptions } from './postgres-database.js';
export { PostgresReadModels } from './postgres-read-models.js';
