export { default } from './plugin.js';
export { type BertEncoderOptions, createBertEncoder } from './bert-encoder.js';
export { type Pooling, poolings } from './pooling.js';
