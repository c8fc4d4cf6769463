import { predictRun } from '@gramkit/experiment';
import type { PredictCommandOptions } from '../commands/predict.js';
import { displayLogger } from '../runs/display-logger.js';
import type { Session } from '../session.js';

/** Predicts the rows of a file and prints what was written. */
export async function predictFile(session: Session, run: string, given: PredictCommandOptions): Promise<void> {
  const options = { ...given, overwrite: given.overwrite ?? false, signal: session.signal, logger: displayLogger(session) };
  const predicted = await predictRun(run, options);
  const { rows, output } = predicted;
  if (predicted.task === 'recommendation') {
    session.print(predicted, `Ranked ${predicted.candidates.toLocaleString('en')} candidates of ${rows.toLocaleString('en')} rows into ${output}.`);
    return;
  }
  const { withoutHistory } = predicted;
  const first = withoutHistory === 0 ? '' : ` ${withoutHistory.toLocaleString('en')} have nothing before them and got none.`;
  session.print(predicted, `Predicted ${rows.toLocaleString('en')} rows into ${output}.${first}`);
}
