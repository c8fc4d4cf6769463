export { default } from './plugin.js';
export { createHuggingFaceTokenizer, type HuggingFaceTokenizer, type HuggingFaceTokenizerOptions } from './hugging-face-tokenizer.js';
