import { readFileSync } from 'node:fs';
import { GramkitError } from '@gramkit/spec';
import { PNG } from 'pngjs';
import { channels } from './options.js';

/**
 * Red, green and blue of a picture's pixels, row by row, `[size, size, 3]`; what is transparent shows white.
 * @throws GramkitError DATA_MISSING where the file cannot be read, DATA_MALFORMED where it is no PNG file or of another size.
 */
export function readPicture(file: string, size: number): Uint8Array {
  const { width, height, data } = decode(file);
  if (width !== size || height !== size) {
    throw new GramkitError('DATA_MALFORMED', `the picture is ${width} pixels wide and ${height} high, expected ${size} by ${size}`, {
      file, fix: `Bring all pictures to one size, and set encoder.size to it.`,
    });
  }
  const picture = new Uint8Array(width * height * channels);
  for (let pixel = 0; pixel < width * height; pixel++) {
    const opacity = data[4 * pixel + 3]! / 255;
    for (let channel = 0; channel < channels; channel++) {
      picture[channels * pixel + channel] = Math.round(opacity * data[4 * pixel + channel]! + (1 - opacity) * 255);
    }
  }
  return picture;
}

/** Red, green, blue and opacity of each pixel, whatever kind of PNG the file is. */
function decode(file: string): PNG {
  let bytes: Buffer;
  try {
    bytes = readFileSync(file);
  } catch (cause) {
    throw new GramkitError('DATA_MISSING', `the picture cannot be read: ${(cause as Error).message}`, { file, fix: 'Paths of pictures start from the folder of the configuration.', cause });
  }
  try {
    return PNG.sync.read(bytes);
  } catch (cause) {
    throw new GramkitError('DATA_MALFORMED', `the file is no PNG picture: ${(cause as Error).message}`, { file, fix: 'Save the picture as PNG.', cause });
  }
}
