import { read } from 'node:fs';
import { mkdtemp, open, rm, type FileHandle } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { packedInteractions } from '../store/packed-interactions.js';
import type { Store } from '../store/store.js';

/** All interactions in the order of a store, each as `2 * item + response`, at random positions. */
export interface HistorySource {
  /** Reads windows of the histories, one after another, into the beginning of `into`: `lengths[w]` interactions from `positions[w]` on. */
  read(positions: ArrayLike<number>, lengths: ArrayLike<number>, into: Uint32Array): Promise<void>;
  close(): Promise<void>;
}

/** Up to here interactions are kept in memory (4 bytes each); beyond, in a file. */
export const interactionsInMemory = 1_000_000;

/**
 * Copies the interactions of a store to where batches read them, as `openNumbers` does.
 * @param ofItem part of every item `[items]`: only interactions with items of part 0 are copied
 */
export function openHistories(store: Store, keepInMemory = interactionsInMemory, ofItem?: Uint8Array): Promise<HistorySource> {
  return openNumbers(interactionsOf(store, ofItem), store.summary.interactions, { near: store.file, keepInMemory });
}

async function* interactionsOf(store: Store, ofItem: Uint8Array | undefined): AsyncGenerator<Uint32Array> {
  for await (const packed of packedInteractions(store.connection, store.summary.interactions)) {
    yield ofItem === undefined ? packed : packed.filter((interaction) => ofItem[interaction >>> 1] === 0);
  }
}

/**
 * Copies up to `count` numbers to where they can be read at any place. Few stay in memory. Many go to a file beside `near` (or in
 * the system's temporary folder where that cannot be written), 4 bytes a number, whose name is removed as soon as it is
 * open: nothing is left behind, however the process ends.
 */
export async function openNumbers(stretches: AsyncIterable<Uint32Array>, count: number, { near, keepInMemory }: { readonly near: string; readonly keepInMemory: number }): Promise<HistorySource> {
  if (count > keepInMemory) return FileHistories.copy(stretches, near);
  const packed = new Uint32Array(count);
  let filled = 0;
  for await (const stretch of stretches) {
    packed.set(stretch, filled);
    filled += stretch.length;
  }
  return {
    read: (positions, lengths, into) => {
      for (let window = 0, offset = 0; window < lengths.length; offset += lengths[window++]!) {
        into.set(packed.subarray(positions[window]!, positions[window]! + lengths[window]!), offset);
      }
      return Promise.resolve();
    },
    close: () => Promise.resolve(),
  };
}

const bytesPerInteraction = Uint32Array.BYTES_PER_ELEMENT;

class FileHistories implements HistorySource {
  readonly #file: FileHandle;

  private constructor(file: FileHandle) {
    this.#file = file;
  }

  static async copy(stretches: AsyncIterable<Uint32Array>, near: string): Promise<FileHistories> {
    const file = await openNameless(dirname(resolve(near)));
    try {
      for await (const stretch of stretches) await file.write(bytesOf(stretch));
    } catch (error) {
      await file.close();
      throw error;
    }
    return new FileHistories(file);
  }

  /** All reads at once, by callbacks: a promise for each would be most of the garbage of an epoch. */
  read(positions: ArrayLike<number>, lengths: ArrayLike<number>, into: Uint32Array): Promise<void> {
    const bytes = bytesOf(into);
    return new Promise((resolve, reject) => {
      let wanted = 0;
      let left = lengths.length;
      const done = (error: Error | null, bytesRead: number) => {
        wanted -= bytesRead;
        if (error !== null) reject(error);
        else if (--left > 0) return;
        else if (wanted > 0) reject(new RangeError(`the histories end ${wanted} bytes too early`));
        else resolve();
      };
      for (let window = 0, offset = 0; window < lengths.length; window++) {
        const length = lengths[window]! * bytesPerInteraction;
        wanted += length;
        read(this.#file.fd, bytes, offset, length, positions[window]! * bytesPerInteraction, done);
        offset += length;
      }
    });
  }

  close(): Promise<void> {
    return this.#file.close();
  }
}

function bytesOf(numbers: Uint32Array): Uint8Array {
  return new Uint8Array(numbers.buffer, numbers.byteOffset, numbers.byteLength);
}

/** A file that is open and has no name any more. */
async function openNameless(folder: string): Promise<FileHandle> {
  const directory = await mkdtemp(join(folder, '.gramkit-histories-')).catch(() => mkdtemp(join(tmpdir(), 'gramkit-histories-')));
  try {
    return await open(join(directory, 'histories'), 'wx+');
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
}
