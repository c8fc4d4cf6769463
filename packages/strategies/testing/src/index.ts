export * from '@gramkit/tensor/testing';
export * from './compare-ways.js';
export * from './memory-growth.js';
export * from './resident-growth.js';
export * from './touched.js';
