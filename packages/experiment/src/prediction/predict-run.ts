import { GramkitError } from '@gramkit/spec';
import { openRun } from '../run/open-run.js';
import { predictRankings, type RankingPredictions } from './predict-rankings.js';
import { predictResponses, type PredictResponsesOptions, type ResponsePredictions } from './predict-responses.js';

/**
 * Predicts a file by the task of the run: responses in knowledge tracing, rankings in recommendation.
 * @throws GramkitError as `predictResponses` and `predictRankings`; USAGE for a column of probabilities where there is none
 */
export async function predictRun(runDirectory: string, options: PredictResponsesOptions): Promise<ResponsePredictions | RankingPredictions> {
  const { configuration } = await openRun(runDirectory, options);
  if (configuration.components.model.plugin.task !== 'recommendation') return predictResponses(runDirectory, options);
  if (options.column !== undefined) throw new GramkitError('USAGE', '--column names the column of probabilities, and this run ranks candidates', { fix: 'leave --column out' });
  return predictRankings(runDirectory, options);
}
