export * from './domain.js';
export * from './domain.providers.js';
export * from './engines.js';
export * from './engines.port.js';
export * from './gauges.js';
export * from './ground.js';
export * from './logger.js';
export { InvalidSettingsError, loadEnvFile, readSettings, Settings } from './settings.js';
