export * from './catalogue-row.js';
export * from './prepared-texts.js';
export * from './text-of-item.js';
