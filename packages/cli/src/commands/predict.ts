import type { Command } from 'commander';
import type { Session } from '../session.js';

/** What the command line gives. */
export interface PredictCommandOptions {
  readonly input: string;
  readonly output: string;
  readonly items?: string;
  readonly column?: string;
  readonly overwrite?: true;
}

/** `gram predict` */
export function addPredict(program: Command, session: Session): void {
  program
    .command('predict')
    .description("what a run predicts for the rows of a file: knowledge tracing, the probability of a response of 1 given the user's earlier rows; recommendation, the candidates in order")
    .argument('<run>', 'folder of the run; its best checkpoint counts')
    .requiredOption('--input <file>', 'rows in time order, .csv, .tsv, .jsonl or .parquet; columns user, item, response (empty: to be predicted) or as the run names them. Of recommendation: user, history, candidates, or a behaviors.tsv of MIND')
    .requiredOption('--output <file>', '.csv, .tsv, .jsonl or .parquet: the same rows in the same order with the predictions beside them; of recommendation .jsonl, .parquet, or prediction.txt as MIND takes it')
    .option('--items <file>', "new items with their texts (.csv, .tsv, .jsonl or .parquet; columns as in the run's file of items), encoded by the run's encoder")
    .option('--column <name>', 'name of the column of probabilities (default: probability)')
    .option('--overwrite', 'replace an output that is there')
    .action(async (run: string, options: PredictCommandOptions) => {
      const { predictFile } = await import('../predict/predict-file.js');
      await predictFile(session, run, options);
    });
}
