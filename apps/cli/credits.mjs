#!/usr/bin/env node
// `npx credits …`: prepare this folder where that is needed, then run the command. Whatever is said meanwhile goes to stderr: answers alone
// go to stdout.
import { prepare } from '../standalone/prepare.mjs';

const say = console.log;
console.log = console.error;
await prepare();
console.log = say;
await import('../../dist/standalone/credits.js');
