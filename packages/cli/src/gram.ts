#!/usr/bin/env node
import { runCommandLine } from './command-line.js';

/** A reader that has seen enough (`gram … | head`) is no failure. */
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code !== 'EPIPE') throw error;
  process.exit();
});

const words = process.argv.slice(2);
// Libraries print to the console; under --json standard output belongs to the result alone.
if (words.includes('--json')) console.log = console.info = console.debug = console.error;

const exitCode = await runCommandLine(words);
// The engine keeps threads of its own: end the process once everything is written.
process.stdout.write('', () => process.exit(exitCode));
