export * from './batches.js';
export * from './catalogue.js';
export * from './compare.js';
export * from './keep-mask.js';
export * from './optimizers.js';
export * from './pooling-encoder.js';
export * from './running-sum-model.js';
export * from './tiny-setting.js';
