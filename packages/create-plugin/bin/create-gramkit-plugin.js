#!/usr/bin/env node
// A file of its own, not dist/main.js: npm links a command only where its file exists when it installs, which is before a build.
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const built = new URL('../dist/main.js', import.meta.url);
if (existsSync(fileURLToPath(built))) {
  await import(built.href);
} else {
  process.stderr.write('create-gramkit-plugin is not built yet.\nFix: run in the repository: npm run build\n');
  process.exitCode = 1;
}
