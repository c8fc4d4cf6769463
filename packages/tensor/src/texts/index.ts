export * from './prepared-texts.js';
export * from './text-of-item.js';
