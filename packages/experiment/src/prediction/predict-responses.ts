import { outputFormatOf, requireFree, ResponsesInput, type ResponsesOptions, type ResponsesSummary, type ResponseWindow, responseWindows, type TabularOptions, tabularOptions } from '@gramkit/data';
import type { ResolvedConfiguration } from '../configuration/resolved-configuration.js';
import { openRun, type OpenedRun } from '../run/open-run.js';
import { type EncodedItems, encodeNeeded, unknownItem } from './encode-needed.js';
import { openPredictor, type Predictor } from './open-predictor.js';
import { type PredictOptions, stopIfAborted } from './predict-options.js';
import { WindowScorer } from './window-scorer.js';

export interface PredictResponsesOptions extends PredictOptions {
  /** Name of the column of probabilities; `probability` unless told. */
  readonly column?: string;
}

/** What was predicted. */
export interface ResponsePredictions {
  readonly task: 'knowledge-tracing';
  readonly output: string;
  readonly rows: number;
  /** Rows that got no probability: nothing comes before them. */
  readonly withoutHistory: number;
  /** Different items among them. */
  readonly items: number;
}

/** Windows scored together, and those that are sorted by length first, so that little is padding. */
const windowsInBatch = 64;
const windowsInPool = 512;

/**
 * Predicts the response of every row of a file (CSV, TSV, JSONL, Parquet) given the user's earlier rows, by the run's encoder and sequence model.
 * The output has the rows in their order with the probability that the response is 1, and nothing for a user's first: the model predicts from one
 * earlier response at least. Rows without a response are predicted and are history to nobody.
 * @throws GramkitError RUN_NOT_FOUND, PLUGIN_MISMATCH, DATA_MALFORMED with file and line, OUTPUT_UNWRITABLE, NUMERIC_FAILURE, INTERRUPTED; nothing half-written stays
 */
export async function predictResponses(runDirectory: string, options: PredictResponsesOptions): Promise<ResponsePredictions> {
  outputFormatOf(options.output);
  requireFree(options.output, options.overwrite ?? false);
  const opened = await openRun(runDirectory, options);
  const { signal, column = 'probability' } = options;
  const input = await ResponsesInput.open(options.input, options.output, { ...inputOptions(opened.configuration), probabilityColumn: column, ...(signal === undefined ? {} : { signal }) });
  try {
    const summary = await input.check((rows) => options.logger?.progress('reading rows', rows, 0, 'rows'));
    const withoutHistory = await predictInput(opened, input, summary, options);
    await input.write(options.output);
    return { task: 'knowledge-tracing', output: options.output, rows: summary.rows, withoutHistory, items: summary.items.size };
  } finally {
    await input.close();
  }
}

/** How the run's own interactions are read, where its data are tabular. */
function inputOptions({ components: { data } }: ResolvedConfiguration): Omit<ResponsesOptions, 'probabilityColumn'> {
  const own = data.plugin.name === 'tabular' ? (data.options as unknown as TabularOptions) : tabularOptions.parse({ interactions: '-', items: '-' });
  const { delimiter, quotes, correctValues, columns: { user, item, response = 'response', time } } = own;
  return { delimiter, quotes, columns: { user, item, response, ...(time === undefined ? {} : { time }) }, ...(correctValues === undefined ? {} : { correctValues }) };
}

async function predictInput(opened: OpenedRun, input: ResponsesInput, summary: ResponsesSummary, options: PredictResponsesOptions): Promise<number> {
  const { configuration } = opened;
  const predictor = await openPredictor(opened, options);
  try {
    const items = await encodeNeeded(predictor, {
      places: summary.items,
      ...(options.items === undefined ? {} : { file: options.items }),
      unknown: (id, record) => input.malformed(record, inputOptions(configuration).columns.item, unknownItem(id, options.items), 'give its text in a file of items (--items FILE), or correct the id'),
      configuration,
      ...(options.logger === undefined ? {} : { logger: options.logger }),
      stopIfAborted: () => stopIfAborted(options.signal),
    });
    try {
      return await predictRows(predictor, items, input, summary.rows, configuration.windowLength, options);
    } finally {
      items.encodings.dispose();
    }
  } finally {
    predictor.run.dispose();
  }
}

async function predictRows({ model }: Predictor, items: EncodedItems, input: ResponsesInput, rows: number, windowLength: number, { logger, signal }: PredictResponsesOptions): Promise<number> {
  const scorer = new WindowScorer(model, items.encodings);
  let withoutHistory = 0;
  let done = 0;
  const windows = responseWindows(input.byUser(), windowLength, (id) => items.rowOf.get(id)!, async (record) => {
    withoutHistory++;
    await input.predict(record, Number.NaN);
  });
  for await (const batch of batchesOfLikeLength(windows)) {
    stopIfAborted(signal);
    for (const { record, probability } of await scorer.predict(batch)) {
      await input.predict(record, probability);
      done++;
    }
    logger?.progress('predicting', done + withoutHistory, rows, 'rows');
  }
  return withoutHistory;
}

/** Windows in batches, each pool of them from the longest to the shortest. */
async function* batchesOfLikeLength(windows: AsyncIterable<ResponseWindow>): AsyncGenerator<ResponseWindow[]> {
  let pool: ResponseWindow[] = [];
  for await (const window of windows) {
    pool.push(window);
    if (pool.length < windowsInPool) continue;
    yield* cut(pool);
    pool = [];
  }
  yield* cut(pool);
}

function* cut(pool: ResponseWindow[]): Generator<ResponseWindow[]> {
  pool.sort((a, b) => b.packed.length - a.packed.length);
  for (let first = 0; first < pool.length; first += windowsInBatch) yield pool.slice(first, first + windowsInBatch);
}
