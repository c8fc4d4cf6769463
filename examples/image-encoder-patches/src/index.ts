import { definePlugin, tokens } from '@gramkit/spec';
import { patchOptions } from './options.js';
import { PatchEncoder } from './patch-encoder.js';
import { pictureReader } from './picture-reader.js';

export { patchOptions, type PatchOptions } from './options.js';
export { PatchEncoder } from './patch-encoder.js';
export { pictureReader } from './picture-reader.js';

/** `use: patches`. */
export default definePlugin({
  specificationVersion: 1,
  kind: 'encoder',
  name: 'patches',
  description: 'Item encoder of pictures: their patches through a small transformer (ViT), trained from the start.',
  options: patchOptions,
  dependencies: { baseDirectory: tokens.baseDirectory, seed: tokens.seed },
  create: ({ options, baseDirectory, seed }) => new PatchEncoder(pictureReader(options, baseDirectory), seed, options),
});
