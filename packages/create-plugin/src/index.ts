export { createPlugin, type CreatedPlugin, type CreateOptions } from './create-plugin.js';
export { runCommandLine, type Streams } from './command-line.js';
export { ScaffoldError, type ScaffoldErrorCode } from './scaffold-error.js';
