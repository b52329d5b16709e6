// `npm run build`: what `npm start` would do before it starts.
import { prepare } from './prepare.mjs';

await prepare();
