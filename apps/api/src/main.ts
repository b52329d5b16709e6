import 'reflect-metadata';
import { readSettings, runProcess } from '#service';
import { startApi } from './api.process.js';

await runProcess((env) => startApi(readSettings(env)));
