export type { SafetensorsHeader, TensorEntry } from './header.js';
export { type ModelTensor, openModelTensors } from './model-tensors.js';
export { readSafetensors, type SafetensorsContent } from './read-safetensors.js';
export { readSafetensorsHeader, readTensor } from './safetensors-file.js';
export { safetensorsPrefix, writeSafetensors } from './write-safetensors.js';
