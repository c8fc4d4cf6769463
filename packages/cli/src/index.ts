export * from './command-line.js';
export * from './exit-code.js';
