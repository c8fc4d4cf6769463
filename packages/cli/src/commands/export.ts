import { Option, type Command } from 'commander';
import type { Session } from '../session.js';

/** What the command line gives. */
export interface ExportCommandOptions {
  readonly format: 'huggingface' | 'embeddings';
  readonly output: string;
  readonly items?: string;
  readonly overwrite?: true;
}

/** `gram export` */
export function addExport(program: Command, session: Session): void {
  program
    .command('export')
    .description("a run's trained encoder as a Hugging Face folder, or the vectors of its items")
    .argument('<run>', 'folder of the run; its best checkpoint counts')
    .addOption(new Option('--format <name>', 'huggingface: a folder for transformers and sentence-transformers; embeddings: ids and vectors of the items').choices(['huggingface', 'embeddings']).makeOptionMandatory())
    .requiredOption('--output <path>', 'the folder; of embeddings a file that ends in .safetensors, .parquet or .npy (ids then in a .ids.json beside it)')
    .option('--items <file>', "with embeddings: encode the items of this CSV, TSV, JSONL or Parquet file in place of the run's catalogue")
    .option('--overwrite', 'replace an export that is there')
    .action(async (run: string, options: ExportCommandOptions) => {
      const { exportRun } = await import('../export/export-run.js');
      await exportRun(session, run, options);
    });
}
