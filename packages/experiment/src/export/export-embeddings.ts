import { requireFree } from '@gramkit/data';
import { GramkitError, type ItemContent, tokens } from '@gramkit/spec';
import { encodeCatalogue, EncoderPasses } from '@gramkit/tensor';
import { readItemFile } from '../data/read-item-file.js';
import { itemBlocks } from '../encoding/item-blocks.js';
import { openTrainedEncoder, type TrainedEncoder } from '../encoding/open-trained-encoder.js';
import { embeddingFiles, openEmbeddingWriter } from './embedding-writers.js';
import { type ExportOptions, stopIfAborted } from './export-pretrained.js';

export interface EmbeddingExportOptions extends ExportOptions {
  /** A file of items to encode in place of the run's catalogue: CSV, TSV, JSONL or Parquet. */
  readonly items?: string;
}

/** What an export of vectors wrote. */
export interface EmbeddingExport {
  /** The file, and the one of ids beside it where there is one. */
  readonly files: readonly string[];
  readonly items: number;
  readonly dimension: number;
}

/**
 * Writes the vectors of the run's catalogue, or of the items of a file, by the run's encoder, in blocks: memory grows with the ids alone.
 * @throws GramkitError USAGE, RUN_NOT_FOUND, CHECKPOINT_CORRUPT, DATA_MALFORMED, DATA_EMPTY, OUTPUT_UNWRITABLE, INTERRUPTED; nothing half-written stays
 */
export async function exportEmbeddings(runDirectory: string, output: string, options: EmbeddingExportOptions = {}): Promise<EmbeddingExport> {
  const files = embeddingFiles(output);
  for (const file of files) requireFree(file, options.overwrite ?? false);
  const trained = await openTrainedEncoder(runDirectory, options);
  try {
    const items = await itemSource(trained, options.items);
    const ids = await idsOf(items, options);
    await writeEmbeddings(trained, items, ids, output, options);
    return { files, items: ids.length, dimension: trained.encoder.dimension };
  } finally {
    trained.run.dispose();
  }
}

/** What gives the items, anew whenever it is called. */
type ItemSource = () => AsyncIterable<readonly ItemContent[]>;

async function itemSource({ opened, run, tokenizer }: TrainedEncoder, file: string | undefined): Promise<ItemSource> {
  if (file !== undefined) return () => readItemFile(file, opened.configuration, tokenizer);
  const reader = await run.get(tokens.datasetReader);
  return () => reader.items();
}

/** A first pass: a malformed line shows before anything is encoded, and the ids may be needed in front of the vectors. */
async function idsOf(items: ItemSource, { items: file, signal }: EmbeddingExportOptions): Promise<string[]> {
  const ids: string[] = [];
  for await (const stretch of items()) {
    stopIfAborted(signal);
    for (const { id } of stretch) ids.push(id);
  }
  if (ids.length > 0) return ids;
  throw new GramkitError('DATA_EMPTY', 'there are no items to encode', { ...(file === undefined ? {} : { file }), fix: 'give a file with a header and rows' });
}

async function writeEmbeddings({ encoder, tokenizer }: TrainedEncoder, items: ItemSource, ids: readonly string[], output: string, { signal, logger }: EmbeddingExportOptions): Promise<void> {
  const passes = new EncoderPasses(encoder);
  const writer = await openEmbeddingWriter(output, ids, encoder.dimension);
  let done = 0;
  const progress = (encoded: number) => {
    stopIfAborted(signal);
    logger?.progress('encoding items', done + encoded, ids.length, 'items');
  };
  try {
    for await (const block of itemBlocks(items())) {
      const encodings = await encodeCatalogue(passes, tokenizer.prepare(block), { progress });
      try {
        await writer.write(block.map(({ id }) => id), await encodings.data<'float32'>());
      } finally {
        encodings.dispose();
      }
      done += block.length;
    }
    stopIfAborted(signal);
    await writer.finish();
  } finally {
    await writer.discard();
    passes.dispose();
  }
}
