import { errorCategory, isGramkitError, tokens } from '@gramkit/spec';
import type { PredictingComponents } from '../container/run-components.js';
import type { OpenedRun } from '../run/open-run.js';
import { silentLogger } from '../run/run-log.js';
import { openRunData } from '../trainer/open-run-data.js';
import type { RunData } from '../trainer/run-data.js';
import { openSession, type SessionOptions } from '../trainer/run-session.js';

/**
 * Which items of another data set a run met in its training, by their ids, `[items]`: 1 met. Where the run's own data set is gone nothing can be told:
 * all count as met, with a warning.
 */
export async function metByRun(opened: OpenedRun, { model }: PredictingComponents, data: RunData, options: SessionOptions): Promise<Uint8Array> {
  const items = await data.items();
  try {
    const met = await idsMetByRun(opened, model, options);
    return Uint8Array.from(items, ({ id }) => (met.has(id) ? 1 : 0));
  } catch (error) {
    if (!isGramkitError(error) || errorCategory(error.code) !== 'data') throw error;
    (options.logger ?? silentLogger).message('warning', `the run's own data set cannot be read, so that which items are new to it cannot be told: ${error.message}`);
    return new Uint8Array(items.length).fill(1);
  }
}

async function idsMetByRun({ configuration }: OpenedRun, model: PredictingComponents['model'], options: SessionOptions): Promise<ReadonlySet<string>> {
  const run = await openSession(configuration, options);
  try {
    const own = await openRunData({ reader: await run.get(tokens.datasetReader), model }, configuration, options);
    try {
      return new Set((await own.items()).filter((_, row) => own.seenInTraining[row] === 1).map(({ id }) => id));
    } finally {
      await own.close();
    }
  } finally {
    run.dispose();
  }
}
