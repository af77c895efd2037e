// Fails if the built page has too much script for phones. Usage: check-page-size.js
import { readdirSync, statSync } from 'node:fs';

/** Bytes after gzip, which every browser accepts. */
const mostBytes = 150_000;

const folder = new URL('../dist/web/assets/', import.meta.url);
const scripts = readdirSync(folder).filter((name) => name.endsWith('.js.gz'));
const bytes = scripts.reduce((sum, name) => sum + statSync(new URL(name, folder)).size, 0);
process.stdout.write(`${bytes} of at most ${mostBytes} bytes of script, compressed\n`);
if (scripts.length === 0 || bytes > mostBytes) process.exitCode = 1;
