#!/usr/bin/env node
import { existsSync } from 'node:fs';

const main = new URL('../dist/main.js', import.meta.url);
if (existsSync(main)) {
  await import(main.href);
} else {
  console.error('Corral is not built yet. Run `npm start` at the root of the checkout first.');
  process.exitCode = 1;
}
