import { Option, type Command } from 'commander';
import type { Session } from '../session.js';
import { positiveInteger } from './positive-integer.js';

/** What the command line gives. */
export interface EncodeOptions {
  readonly model?: string;
  readonly run?: string;
  readonly texts: string;
  readonly output: string;
  readonly maxLength?: number;
}

/** `gram encode` */
export function addEncode(program: Command, session: Session): void {
  program
    .command('encode')
    .description('embeddings of texts: the mean of the token vectors over the mask, special tokens among them, not normalised')
    .requiredOption('--texts <file>', ".txt with one text a line, or .jsonl with a field 'text' (of a run: with the fields that its tokenizer reads)")
    .requiredOption('--output <file>', '.jsonl with {"text","tokenIds","embedding"} a line, or .npy with float32 [texts, dimension]')
    .addOption(new Option('--model <folder>', 'Hugging Face folder of the BERT family (default: the MiniLM that set-up brought)').conflicts('run'))
    .option('--run <run>', "folder of a run: its encoder as trained, its tokenizer's fields and maximum length")
    .addOption(new Option('--max-length <tokens>', 'longest token row, special tokens included (default: 128)').argParser(positiveInteger).conflicts('run'))
    .action(async (options: EncodeOptions) => {
      const { encodeFile } = await import('../encode/encode-file.js');
      const { count, dimension, maxLength } = await encodeFile(options, session);
      session.print({ output: options.output, texts: count, dimension, maxLength }, `Encoded ${count.toLocaleString('en')} texts into ${options.output} (${dimension} numbers each).`);
    });
}
