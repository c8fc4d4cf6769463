export * from './compiled.js';
export * from './error-code.js';
export * from './gradients.js';
export * from './oracle.js';
export * from './passes.js';
export * from './steps.js';
