import type { ItemContent, RunLogger } from '@gramkit/spec';
import { tokens } from '@gramkit/spec';
import { encodeCatalogue, EncoderPasses } from '@gramkit/tensor';
import type { Tensor2D } from '@tensorflow/tfjs-core';
import type { ResolvedConfiguration } from '../configuration/resolved-configuration.js';
import { readItemFile } from '../data/read-item-file.js';
import type { Predictor } from './open-predictor.js';

/** Items that predictions need. */
export interface NeededItems {
  /** Where each item that is asked for is first met, for the error where nobody knows it. */
  readonly places: ReadonlyMap<string, number>;
  /** A file of items beside the run's catalogue, whose texts go first. */
  readonly file?: string;
  /** What to throw for items that neither the catalogue nor the file has. */
  readonly unknown: (id: string, place: number) => Promise<Error>;
  readonly configuration: ResolvedConfiguration;
  readonly logger?: RunLogger;
  /** Throws where the user has asked to stop. */
  readonly stopIfAborted: () => void;
}

/** Encodings of items, and where each stands. The caller disposes the encodings. */
export interface EncodedItems {
  /** `[items, dimension]` */
  readonly encodings: Tensor2D;
  readonly rowOf: ReadonlyMap<string, number>;
}

/** Encodes the items that are needed and no others. The run's data set is read only where the file does not have them all. */
export async function encodeNeeded({ run, tokenizer, encoder }: Predictor, needed: NeededItems): Promise<EncodedItems> {
  const found = new Map<string, ItemContent>();
  if (needed.file !== undefined) await collect(readItemFile(needed.file, needed.configuration, tokenizer), needed, found);
  if (found.size < needed.places.size) await collect((await run.get(tokens.datasetReader)).items(), needed, found);
  for (const [id, place] of needed.places) if (!found.has(id)) throw await needed.unknown(id, place);
  const contents = [...needed.places.keys()].map((id) => found.get(id)!);
  const passes = new EncoderPasses(encoder);
  try {
    const encodings = await encodeCatalogue(passes, tokenizer.prepare(contents), {
      progress: (done, total) => {
        needed.stopIfAborted();
        needed.logger?.progress('encoding items', done, total, 'items');
      },
    });
    return { encodings, rowOf: new Map(contents.map(({ id }, row) => [id, row])) };
  } finally {
    passes.dispose();
  }
}

/** Keeps of the items those that are needed and not known yet. */
async function collect(stretches: AsyncIterable<readonly ItemContent[]>, { places, stopIfAborted }: NeededItems, found: Map<string, ItemContent>): Promise<void> {
  for await (const stretch of stretches) {
    stopIfAborted();
    for (const item of stretch) if (places.has(item.id) && !found.has(item.id)) found.set(item.id, item);
  }
}

/** What is wrong with an item that neither the run's catalogue nor the file of items, where there is one, has. */
export function unknownItem(id: string, file: string | undefined): string {
  return file === undefined ? `item '${id}' is not in the run's catalogue` : `item '${id}' is neither in the run's catalogue nor in ${file}`;
}
