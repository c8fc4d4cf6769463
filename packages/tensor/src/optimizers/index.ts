export * from './adam.js';
export * from './adamw.js';
export * from './global-norm.js';
export * from './schedule.js';
