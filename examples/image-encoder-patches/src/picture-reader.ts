import path from 'node:path';
import { GramkitError, type ItemContent, type Preprocessor, specificationVersion } from '@gramkit/spec';
import type { PatchOptions } from './options.js';
import { cutIntoPatches, PreparedPictures } from './prepared-pictures.js';
import { readPicture } from './read-picture.js';

/**
 * Turns items into the patches of their pictures: what a tokenizer is to texts.
 * @param baseDirectory where relative paths of pictures start
 */
export function pictureReader(options: PatchOptions, baseDirectory: string): Preprocessor {
  const { field, size, patchSize } = options;
  return {
    specificationVersion,
    kind: 'tokenizer',
    name: 'patches',
    vocabularySize: 0,
    fields: [field],
    fingerprint: JSON.stringify({ version: 1, field, size, patchSize }),
    prepare: (items) => new PreparedPictures(Array.from(items, (item) => cutIntoPatches(readPicture(path.resolve(baseDirectory, pictureOf(item, field)), size), options)), options),
    dispose: () => undefined,
  };
}

/** @throws GramkitError DATA_MISSING where an item names no picture. */
function pictureOf({ id, fields }: ItemContent, field: string): string {
  const file = Object.hasOwn(fields, field) ? fields[field] : undefined;
  if (file !== undefined && file !== '') return file;
  throw new GramkitError('DATA_MISSING', `item '${id}' names no picture in its field '${field}'`, {
    field, alternatives: Object.keys(fields), fix: 'Set encoder.field to the field that names the picture.',
  });
}
