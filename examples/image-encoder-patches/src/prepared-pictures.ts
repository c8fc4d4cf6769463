import { GramkitError, type HostTensors, type PreparedItems } from '@gramkit/spec';
import { channels, patchCount, type PatchOptions, patchValues } from './options.js';

/** The pictures of a catalogue, cut into patches; a byte a value, since a catalogue is held in memory as a whole. */
export class PreparedPictures implements PreparedItems {
  readonly #patches: number;
  readonly #values: number;

  /** @param pictures each `[patches, values]`, as `cutIntoPatches` gives them */
  constructor(private readonly pictures: readonly Uint8Array[], options: PatchOptions) {
    this.#patches = patchCount(options);
    this.#values = patchValues(options);
  }

  get count(): number {
    return this.pictures.length;
  }

  /** All pictures are the same work: as many tokens as they have patches. */
  lengthOf(row: number): number {
    this.#pictureAt(row);
    return this.#patches;
  }

  /** `patches` float32 `[rows, patches, values]`, from -1 (black) to 1 (white). */
  collate(rows: ArrayLike<number>): HostTensors {
    const size = this.#patches * this.#values;
    const data = new Float32Array(rows.length * size);
    for (let place = 0; place < rows.length; place++) {
      const picture = this.#pictureAt(rows[place]!);
      for (let value = 0; value < size; value++) data[place * size + value] = picture[value]! / 127.5 - 1;
    }
    return { patches: { dtype: 'float32', shape: [rows.length, this.#patches, this.#values], data } };
  }

  #pictureAt(row: number): Uint8Array {
    const picture = this.pictures[row];
    if (picture !== undefined) return picture;
    throw new GramkitError('DATA_MISMATCH', `there is no item in row ${row}: the catalogue has ${this.count} items`, { fix: 'Ask for rows of the catalogue that was prepared.' });
  }
}

/** The pixels of a picture `[size, size, 3]`, patch after patch: `[patches, values]`, patches and the pixels in them row by row. */
export function cutIntoPatches(picture: Uint8Array, { size, patchSize }: Pick<PatchOptions, 'size' | 'patchSize'>): Uint8Array {
  const cut = new Uint8Array(picture.length);
  const run = patchSize * channels;
  let place = 0;
  for (let top = 0; top < size; top += patchSize) {
    for (let left = 0; left < size; left += patchSize) {
      for (let row = top; row < top + patchSize; row++, place += run) {
        const start = (row * size + left) * channels;
        cut.set(picture.subarray(start, start + run), place);
      }
    }
  }
  return cut;
}
