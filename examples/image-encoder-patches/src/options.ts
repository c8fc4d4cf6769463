import { z } from 'zod';

/** What a configuration can say beside `use: patches`. */
export const patchOptions = z.strictObject({
  field: z.string().min(1).default('image').describe('Field of an item that names its picture: the path of a PNG file, relative to the configuration.'),
  size: z.int().min(1).default(24).describe('Width and height of the pictures, in pixels.'),
  patchSize: z.int().min(1).default(6).describe('Width and height of a patch, in pixels; divides size.'),
  dimension: z.int().min(1).default(32).describe('Length of an item encoding.'),
  heads: z.int().min(1).default(4).describe('Attention heads of a layer; divides dimension.'),
  layers: z.int().min(1).default(2).describe('Layers of the transformer.'),
  dropout: z.number().min(0).lt(1).default(0.1).describe('Rate in training, of what each half of a layer adds.'),
})
  .refine(({ size, patchSize }) => size % patchSize === 0, { path: ['patchSize'], error: 'expected a number that divides `size`' })
  .refine(({ dimension, heads }) => dimension % heads === 0, { path: ['heads'], error: 'expected a number that divides `dimension`' });
export type PatchOptions = z.output<typeof patchOptions>;

/** Red, green and blue. */
export const channels = 3;

/** Patches of a picture. */
export function patchCount({ size, patchSize }: Pick<PatchOptions, 'size' | 'patchSize'>): number {
  return (size / patchSize) ** 2;
}

/** Values of a patch. */
export function patchValues({ patchSize }: Pick<PatchOptions, 'patchSize'>): number {
  return patchSize ** 2 * channels;
}
