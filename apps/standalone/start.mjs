// `npm start`: prepare this folder where that is needed, then become the service.
import { prepare } from './prepare.mjs';

await prepare();
await import('../../dist/standalone/main.js');
