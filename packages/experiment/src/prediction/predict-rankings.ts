import { type AskedImpression, emptyRows, ImpressionAssembler, type ImpressionRows, ImpressionsInput, requireFree } from '@gramkit/data';
import { GramkitError } from '@gramkit/spec';
import { openRun, type OpenedRun } from '../run/open-run.js';
import { type EncodedItems, encodeNeeded, unknownItem } from './encode-needed.js';
import { openPredictor, type Predictor } from './open-predictor.js';
import { type PredictOptions, stopIfAborted } from './predict-options.js';
import { openRankingWriter, rankingFileEnding, type ScoredImpression } from './ranking-writers.js';
import { scoreBatch } from './score-batch.js';

/** What was ranked. */
export interface RankingPredictions {
  readonly task: 'recommendation';
  readonly output: string;
  /** Impressions. */
  readonly rows: number;
  readonly candidates: number;
  /** Different items among histories and candidates. */
  readonly items: number;
}

const impressionsInBatch = 128;

/**
 * Ranks the candidates of every row of a file for its user, by the run's encoder and sequence model. Of a history the last clicks count, as many as in training.
 * @throws GramkitError RUN_NOT_FOUND, PLUGIN_MISMATCH, DATA_MALFORMED with file and line, OUTPUT_UNWRITABLE, NUMERIC_FAILURE, INTERRUPTED; nothing half-written stays
 */
export async function predictRankings(runDirectory: string, options: PredictOptions): Promise<RankingPredictions> {
  rankingFileEnding(options.output);
  requireFree(options.output, options.overwrite ?? false);
  const opened = await openRun(runDirectory, options);
  const input = await ImpressionsInput.open(options.input, options.output);
  try {
    const found = await check(input, opened, options);
    await rankInput(opened, input, found, options);
    return { task: 'recommendation', output: options.output, rows: found.rows, candidates: found.candidates, items: found.places.size };
  } finally {
    await input.close();
  }
}

/** What a first pass over the input found. */
interface Found {
  readonly rows: number;
  readonly candidates: number;
  /** Every item that is read, with the first row that has it. */
  readonly places: ReadonlyMap<string, number>;
}

async function check(input: ImpressionsInput, { configuration }: OpenedRun, { signal, logger }: PredictOptions): Promise<Found> {
  const places = new Map<string, number>();
  let rows = 0;
  let candidates = 0;
  for await (const impression of input.rows()) {
    rows = impression.record;
    candidates += impression.candidates.length;
    for (const item of [...readHistory(impression, configuration.recommendation.historyLength), ...impression.candidates]) if (!places.has(item)) places.set(item, rows);
    if (rows % impressionsInBatch !== 0) continue;
    stopIfAborted(signal);
    logger?.progress('reading rows', rows, 0, 'rows');
  }
  return { rows, candidates, places };
}

/** The last clicks of a history, the oldest of them first. */
function readHistory({ history }: AskedImpression, historyLength: number): readonly string[] {
  return history.slice(-historyLength);
}

async function rankInput(opened: OpenedRun, input: ImpressionsInput, { rows, places }: Found, options: PredictOptions): Promise<void> {
  const { configuration } = opened;
  const predictor = await openPredictor(opened, options);
  try {
    const items = await encodeNeeded(predictor, {
      places,
      ...(options.items === undefined ? {} : { file: options.items }),
      unknown: (id, record) => input.malformed(record, 'candidates', unknownItem(id, options.items), 'give its text in a file of items (--items FILE), or correct the id'),
      configuration,
      ...(options.logger === undefined ? {} : { logger: options.logger }),
      stopIfAborted: () => stopIfAborted(options.signal),
    });
    try {
      await writeRankings(predictor, items, input, rows, configuration.recommendation.historyLength, options);
    } finally {
      items.encodings.dispose();
    }
  } finally {
    predictor.run.dispose();
  }
}

async function writeRankings(predictor: Predictor, items: EncodedItems, input: ImpressionsInput, rows: number, historyLength: number, { output, signal, logger }: PredictOptions): Promise<void> {
  const assembler = new ImpressionAssembler(items.rowOf.size);
  const writer = await openRankingWriter(output);
  let done = 0;
  try {
    for await (const batch of batches(input.rows())) {
      stopIfAborted(signal);
      await writer.write(await scored(predictor, items, assembler, batch, historyLength));
      logger?.progress('ranking', (done += batch.length), rows, 'rows');
    }
    await writer.finish();
  } finally {
    await writer.discard();
  }
}

async function scored({ model }: Predictor, { encodings, rowOf }: EncodedItems, assembler: ImpressionAssembler, impressions: readonly AskedImpression[], historyLength: number): Promise<ScoredImpression[]> {
  const batch = assembler.assemble(rowsOf(impressions, rowOf, historyLength));
  const { scores, width } = await scoreBatch(model, encodings, batch);
  return impressions.map((impression, row) => ({ impression, scores: Array.from(impression.candidates, (_, place) => finite(scores[row * width + place]!)) }));
}

function rowsOf(impressions: readonly AskedImpression[], rowOf: ReadonlyMap<string, number>, historyLength: number): ImpressionRows {
  const histories = impressions.map((impression) => readHistory(impression, historyLength));
  const longest = Math.max(1, ...histories.map(({ length }) => length));
  const rows = emptyRows(impressions.length, longest, Math.max(...impressions.map(({ candidates }) => candidates.length)));
  impressions.forEach(({ candidates }, row) => {
    histories[row]!.forEach((item, place) => (rows.history[row * rows.historyLength + place] = rowOf.get(item)!));
    candidates.forEach((item, place) => (rows.candidates[row * rows.candidateCount + place] = rowOf.get(item)!));
  });
  return rows;
}

function finite(score: number): number {
  if (Number.isFinite(score)) return score;
  throw new GramkitError('NUMERIC_FAILURE', `the model scores ${score}`, { fix: 'The run has diverged: train it anew with a lower learning rate.' });
}

async function* batches(impressions: AsyncIterable<AskedImpression>): AsyncGenerator<AskedImpression[]> {
  let batch: AskedImpression[] = [];
  for await (const impression of impressions) {
    batch.push(impression);
    if (batch.length < impressionsInBatch) continue;
    yield batch;
    batch = [];
  }
  if (batch.length > 0) yield batch;
}
