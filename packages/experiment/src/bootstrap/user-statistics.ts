import type { MetricName } from '../metrics/evaluation-metrics.js';
import { binaryCrossEntropy } from '../metrics/knowledge-tracing-metrics.js';
import type { StoredPredictions } from '../predictions/test-predictions.js';
import { exactArea, InfluenceOnArea, type ScoredResponses } from './area-over-users.js';
import { exactAreaLimit } from './interval-conventions.js';
import { meanOverUsers, type UserStatistic } from './user-statistic.js';

/** The metrics of an evaluation, each as a function of how often its users count. */
export interface UserStatistics {
  /** Store numbers of the users, rising; a statistic's weights stand in this order. */
  readonly users: Int32Array;
  /** One for every metric of the task, in the order of `metricNames`. */
  readonly statistics: readonly UserStatistic[];
}

/**
 * Reads an evaluation's predictions into statistics. Memory is that of the users, and of at most `limit` responses.
 * @throws GramkitError MODEL_FILE_CORRUPT
 */
export async function readUserStatistics(predictions: StoredPredictions, limit = exactAreaLimit): Promise<UserStatistics> {
  const isTracing = predictions.task === 'knowledge-tracing';
  const users = await usersOf(predictions, isTracing ? (integers, row) => integers[2 * row + 1]! >> 2 : (integers, row) => integers[row * impressionColumns]!);
  const placeOf = new Map(Array.from(users, (user, place) => [user, place]));
  if (!isTracing) return { users, statistics: await impressionStatistics(predictions, placeOf) };
  const means = await responseMeans(predictions, placeOf);
  const [auc, coldStartAuc] = predictions.rows <= limit ? await exactAreas(predictions, placeOf) : await influencedAreas(predictions, placeOf);
  return { users, statistics: [auc, ...means, coldStartAuc] };
}

async function usersOf(predictions: StoredPredictions, userAt: (integers: Int32Array, row: number) => number): Promise<Int32Array> {
  const users = new Set<number>();
  for await (const { rows, integers } of predictions.blocks()) for (let row = 0; row < rows; row++) users.add(userAt(integers, row));
  return Int32Array.from(users).sort();
}

/** A response as it is read back. */
type VisitResponse = (score: number, correct: boolean, unseen: boolean, user: number) => void;

async function visitResponses(predictions: StoredPredictions, placeOf: ReadonlyMap<number, number>, visit: VisitResponse): Promise<void> {
  for await (const { rows, integers, floats } of predictions.blocks()) {
    for (let row = 0; row < rows; row++) {
      const packed = integers[2 * row + 1]!;
      visit(floats[2 * row]!, (packed & 1) === 1, (packed & 2) === 2, placeOf.get(packed >> 2)!);
    }
  }
}

async function responseMeans(predictions: StoredPredictions, placeOf: ReadonlyMap<number, number>): Promise<readonly UserStatistic[]> {
  const [right, loss, counts] = [0, 1, 2].map(() => new Float64Array(placeOf.size)) as [Float64Array, Float64Array, Float64Array];
  await visitResponses(predictions, placeOf, (score, correct, _unseen, user) => {
    counts[user]! += 1;
    right[user]! += score >= 0 === correct ? 1 : 0;
    loss[user]! += binaryCrossEntropy(score, correct);
  });
  return [meanOverUsers('accuracy', right, counts), meanOverUsers('loss', loss, counts)];
}

async function exactAreas(predictions: StoredPredictions, placeOf: ReadonlyMap<number, number>): Promise<readonly [UserStatistic, UserStatistic]> {
  const all = emptyResponses(predictions.rows);
  const unseenOnes = emptyResponses(predictions.rows);
  await visitResponses(predictions, placeOf, (score, correct, unseen, user) => {
    addResponse(all, score, correct, user);
    if (unseen) addResponse(unseenOnes, score, correct, user);
  });
  return [exactArea('auc', all), exactArea('coldStartAuc', unseenOnes)];
}

async function influencedAreas(predictions: StoredPredictions, placeOf: ReadonlyMap<number, number>): Promise<readonly [UserStatistic, UserStatistic]> {
  const all = new InfluenceOnArea(placeOf.size);
  const unseenOnes = new InfluenceOnArea(placeOf.size);
  await visitResponses(predictions, placeOf, (score, correct, unseen) => {
    all.count(score, correct);
    if (unseen) unseenOnes.count(score, correct);
  });
  await visitResponses(predictions, placeOf, (score, correct, unseen, user) => {
    all.place(score, correct, user);
    if (unseen) unseenOnes.place(score, correct, user);
  });
  return [all.statistic('auc'), unseenOnes.statistic('coldStartAuc')];
}

type GrowingResponses = { -readonly [Key in keyof ScoredResponses]: ScoredResponses[Key] };

function emptyResponses(room: number): GrowingResponses {
  return { count: 0, scores: new Float32Array(room), users: new Uint32Array(room), correct: new Uint8Array(room) };
}

function addResponse(responses: GrowingResponses, score: number, correct: boolean, user: number): void {
  responses.scores[responses.count] = score;
  responses.users[responses.count] = user;
  responses.correct[responses.count++] = correct ? 1 : 0;
}

/** The columns of an impression after its user; those of the file, in its order. */
const impressionMetricNames: readonly MetricName[] = ['auc', 'meanReciprocalRank', 'ndcgAt5', 'ndcgAt10', 'loss', 'coldStartAuc'];
const impressionColumns = 1 + impressionMetricNames.length;

async function impressionStatistics(predictions: StoredPredictions, placeOf: ReadonlyMap<number, number>): Promise<readonly UserStatistic[]> {
  const sums = impressionMetricNames.map(() => new Float64Array(placeOf.size));
  const counts = impressionMetricNames.map(() => new Float64Array(placeOf.size));
  for await (const { rows, integers, floats } of predictions.blocks()) {
    for (let row = 0; row < rows; row++) {
      const first = row * impressionColumns;
      const user = placeOf.get(integers[first]!)!;
      impressionMetricNames.forEach((_, metric) => {
        const value = floats[first + 1 + metric]!;
        if (Number.isNaN(value)) return;
        sums[metric]![user]! += value;
        counts[metric]![user]! += 1;
      });
    }
  }
  return impressionMetricNames.map((name, metric) => meanOverUsers(name, sums[metric]!, counts[metric]!));
}
