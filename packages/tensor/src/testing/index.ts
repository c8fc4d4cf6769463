/**
 * Small differentiable components, batches for them and ways to compare, for the tests of the strategies and the test kit for plugins.
 * No part of a run: `@gramkit/tensor/testing`, apart from `@gramkit/tensor`.
 */
export * from './batches.js';
export * from './catalogue.js';
export * from './compare.js';
export * from './compare-gradients.js';
export * from './keep-mask.js';
export * from './optimizers.js';
export * from './pooling-encoder.js';
export * from './running-sum-model.js';
export * from './tiny-setting.js';
