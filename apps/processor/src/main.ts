import 'reflect-metadata';
import { readSettings, runProcess } from '#service';
import { startProcessor } from './processor.process.js';

await runProcess((env) => startProcessor(readSettings(env)));
