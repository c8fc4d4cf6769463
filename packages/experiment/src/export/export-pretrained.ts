import { dirname, join } from 'node:path';
import { makeFolder } from '@gramkit/data';
import { GramkitError, type PretrainedModel, type PretrainedTokenizer } from '@gramkit/spec';
import { writeSafetensors } from '@gramkit/tensor';
import { openTrainedEncoder, type RunOptions, type TrainedEncoder } from '../encoding/open-trained-encoder.js';
import type { RunReport } from '../report/run-report.js';
import type { RunFolder } from '../run/run-folder.js';
import { writeWhole } from '../run/write-file.js';
import { modelCard } from './model-card.js';
import { requireFreeFolder, writeFolder } from './output-folder.js';

export interface ExportOptions extends RunOptions {
  /** Replaces an export that is there. */
  readonly overwrite?: boolean;
  /** Aborting leaves nothing behind. */
  readonly signal?: AbortSignal;
}

/** What an export of a model wrote. */
export interface PretrainedExport {
  readonly output: string;
  /** Names of the files in the folder. */
  readonly files: readonly string[];
  readonly dimension: number;
  readonly maximumLength: number;
}

const weightsFile = 'model.safetensors';
const cardFile = 'README.md';

/** What `--overwrite` may take away: what exports write at the top of their folder. */
const exported = new Set([weightsFile, cardFile, 'config.json', 'modules.json', '1_Pooling', 'sentence_bert_config.json', 'config_sentence_transformers.json',
  'tokenizer.json', 'tokenizer_config.json', 'special_tokens_map.json', 'added_tokens.json', 'vocab.txt']);

/**
 * Writes a run's encoder and tokenizer as a Hugging Face folder, which appears whole or not at all: transformers and sentence-transformers load it.
 * @throws GramkitError RUN_NOT_FOUND, CHECKPOINT_CORRUPT; MODEL_UNSUPPORTED where the encoder or tokenizer has no such form; OUTPUT_UNWRITABLE; INTERRUPTED
 */
export async function exportPretrained(runDirectory: string, output: string, options: ExportOptions = {}): Promise<PretrainedExport> {
  await requireFreeFolder(output, options.overwrite ?? false, exported);
  const trained = await openTrainedEncoder(runDirectory, options);
  try {
    // The encoder first: a tokenizer without such a form is most often the one that a configuration of such an encoder leaves out.
    const exportEncoder = formOf('encoder', trained.encoder);
    const tokenizer = await formOf('tokenizer', trained.tokenizer)();
    const model = await exportEncoder(tokenizer.maximumLength);
    const files = { ...model.files, ...tokenizer.files, [cardFile]: await cardOf(trained, model, tokenizer) };
    await writeFolder(output, (directory) => writeFiles(directory, files, model, options));
    return { output, files: [weightsFile, ...Object.keys(files)].sort(), dimension: trained.encoder.dimension, maximumLength: tokenizer.maximumLength };
  } finally {
    trained.run.dispose();
  }
}

/** What gives a component's form for transformers. @throws GramkitError MODEL_UNSUPPORTED where it has none. */
function formOf<Given extends readonly unknown[], Form>(kind: 'tokenizer' | 'encoder', component: { readonly name: string; exportPretrained?(...given: Given): Promise<Form> }): (...given: Given) => Promise<Form> {
  if (component.exportPretrained !== undefined) return (...given) => component.exportPretrained!(...given);
  throw new GramkitError('MODEL_UNSUPPORTED', `the ${kind} '${component.name}' has no form that transformers knows`, {
    field: `${kind}.use`, fix: "Export the items' vectors instead: --format embeddings.",
  });
}

async function writeFiles(directory: string, files: Readonly<Record<string, string>>, { tensors }: PretrainedModel, { signal, logger }: ExportOptions): Promise<void> {
  const total = Object.keys(files).length + 1;
  let done = 0;
  const advance = () => logger?.progress('writing the folder', ++done, total, 'files');
  for (const [name, text] of Object.entries(files)) {
    stopIfAborted(signal);
    const file = join(directory, name);
    await makeFolder(dirname(file));
    await writeWhole(file, text);
    advance();
  }
  // transformers asks for the framework that wrote the file.
  await writeSafetensors(join(directory, weightsFile), tensors, { format: 'pt' });
  stopIfAborted(signal);
  advance();
}

/** @throws GramkitError INTERRUPTED */
export function stopIfAborted(signal: AbortSignal | undefined): void {
  if (signal?.aborted === true) throw new GramkitError('INTERRUPTED', 'the export was interrupted; no output was written');
}

async function cardOf({ opened: { configuration, checkpoint, folder }, tokenizer }: TrainedEncoder, { notes }: PretrainedModel, { maximumLength }: PretrainedTokenizer): Promise<string> {
  return modelCard({ configuration, step: checkpoint.manifest.step, report: await reportOf(folder), fields: tokenizer.fields, maximumLength, notes });
}

async function reportOf(folder: RunFolder): Promise<RunReport | undefined> {
  return folder.hasReport ? ((await folder.readJson(folder.report)) as RunReport) : undefined;
}
