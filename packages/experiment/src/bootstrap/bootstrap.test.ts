import { mkdtemp, readdir, rm, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readSafetensors } from '@gramkit/tensor';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { PredictionsWriter, StoredPredictions } from '../predictions/test-predictions.js';
import oracle from './__fixtures__/bootstrap.json' with { type: 'json' };
import { bootstrapIntervals, intervalsOf, percentileInterval } from './intervals.js';
import { pairedDifference } from './paired-difference.js';
import { resample } from './resample.js';
import { meanOverUsers } from './user-statistic.js';
import { readUserStatistics } from './user-statistics.js';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'gramkit-bootstrap-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

/** Writes the oracle's responses; user numbers have gaps, and users are interleaved as batches mix them. */
async function writeStudents(name: string, which: 'first' | 'second', unseen: (position: number) => boolean = () => false): Promise<string> {
  const file = join(folder, name);
  const writer = await PredictionsWriter.create(file, 'knowledge-tracing');
  for (let position = 0; position < 25; position++) {
    oracle.students.forEach((student, user) => {
      if (position < student.responses.length) writer.response(student[which][position]!, student.responses[position] === 1, !unseen(position), 1000 - 7 * user);
    });
    await writer.flush();
  }
  await writer.finish();
  return file;
}

const statisticsOf = async (file: string, limit?: number) => readUserStatistics(await StoredPredictions.open(file), limit);

describe('intervals over users', () => {
  it("agree with scipy's percentile bootstrap, AUC by exact counting and by influence", async () => {
    const file = await writeStudents('first.safetensors', 'first');
    for (const limit of [undefined, 0]) {
      const { of, users } = bootstrapIntervals(await statisticsOf(file, limit), 1, 20_000);
      expect(users).toBe(60);
      for (const name of ['auc', 'accuracy', 'loss'] as const) {
        const { low, high } = oracle.intervals[name];
        // The influence is the first order of 60 users; otherwise the two differ by the noise of 20,000 resamples.
        const tolerance = (high - low) * (limit === 0 && name === 'auc' ? 0.06 : 0.03);
        expect(Math.abs(of[name]!.low - low)).toBeLessThan(tolerance);
        expect(Math.abs(of[name]!.high - high)).toBeLessThan(tolerance);
      }
    }
  });

  it('are the same for the same seed and others for another', async () => {
    const file = await writeStudents('seeded.safetensors', 'first');
    const once = await intervalsOf(file, 5);
    expect(await intervalsOf(file, 5)).toEqual(once);
    expect((await intervalsOf(file, 6)).of).not.toEqual(once.of);
    expect(once).toMatchObject({ level: 0.95, resamples: 1000, seed: 5, users: 60 });
  });

  it('count cold-start AUC over the responses to unseen items alone', async () => {
    const unseen = (position: number): boolean => position % 3 === 0;
    const file = await writeStudents('unseen.safetensors', 'first', unseen);
    const { users, statistics } = await statisticsOf(file);
    const all = new Float64Array(users.length).fill(1);
    const kept = oracle.students.flatMap(({ responses, first }) => responses.flatMap((response, position) => (unseen(position) ? [[first[position]!, response]] : [])));
    const [positives, negatives] = [1, 0].map((label) => kept.filter(([, response]) => response === label).map(([score]) => score!));
    const wins = positives!.flatMap((p) => negatives!.map((n): number => (p > n ? 1 : p === n ? 0.5 : 0)));
    const expected = wins.reduce((sum, win) => sum + win, 0) / wins.length;
    expect(statistics.find(({ name }) => name === 'coldStartAuc')!.value(all)).toBeCloseTo(expected, 10);
    const influenced = (await statisticsOf(file, 0)).statistics.find(({ name }) => name === 'coldStartAuc')!;
    expect(influenced.value(all)).toBeCloseTo(expected, 3);
  });

  it('weigh users as if their predictions were there as often', async () => {
    const { users, statistics } = await statisticsOf(await writeStudents('weighted.safetensors', 'first'));
    const weights = Float64Array.from(users, (_, user) => user % 3);
    const rows = Array.from(users, (user, place) => ({ student: oracle.students[(1000 - user) / 7]!, weight: weights[place]! }));
    const repeated = rows.flatMap(({ student, weight }) => Array.from({ length: weight }, () => student.responses.map((response, position) => [student.first[position]!, response] as const)).flat());
    const positives = repeated.filter(([, response]) => response === 1).map(([score]) => score);
    const negatives = repeated.filter(([, response]) => response === 0).map(([score]) => score);
    const pairs = positives.reduce((sum, p) => sum + negatives.reduce((inner, n) => inner + (Math.fround(p) > Math.fround(n) ? 1 : p === n ? 0.5 : 0), 0), 0);
    const values = Object.fromEntries(statistics.map((statistic) => [statistic.name, statistic.value(weights)]));
    expect(values['auc']).toBeCloseTo(pairs / (positives.length * negatives.length), 12);
    expect(values['accuracy']).toBeCloseTo(repeated.filter(([score, response]) => (score >= 0) === (response === 1)).length / repeated.length, 12);
  });

  it('have the coverage they claim: of means of 80 users, 95 of 100 hold the true one', () => {
    let held = 0;
    const trials = 400;
    const random = normals(11);
    for (let trial = 0; trial < trials; trial++) {
      const values = Float64Array.from({ length: 80 }, random);
      const statistic = meanOverUsers('loss', values, new Float64Array(80).fill(1));
      const { of } = bootstrapIntervals({ users: new Int32Array(80), statistics: [statistic] }, trial, 400);
      if (of.loss!.low <= 0 && 0 <= of.loss!.high) held++;
    }
    // Two standard errors of 400 trials are .022; the percentile interval of 80 users itself is some .01 short.
    expect(held / trials).toBeGreaterThan(0.915);
    expect(held / trials).toBeLessThan(0.975);
  });

  it('are null for one user, and where a metric is seldom defined', () => {
    const one = { users: Int32Array.of(3), statistics: [meanOverUsers('auc', Float64Array.of(1), Float64Array.of(1))] };
    expect(bootstrapIntervals(one, 1).of).toEqual({ auc: null });
    // Only one of ten users has anything cold: (9/10)^10 of the resamples have nothing.
    const seldom = meanOverUsers('coldStartAuc', Float64Array.of(1, 0, 0, 0, 0, 0, 0, 0, 0, 0), Float64Array.of(1, 0, 0, 0, 0, 0, 0, 0, 0, 0));
    expect(bootstrapIntervals({ users: new Int32Array(10), statistics: [seldom] }, 1).of).toEqual({ coldStartAuc: null });
  });

  it('interpolate percentiles as numpy does', () => {
    const { low, high } = percentileInterval(Float64Array.from({ length: 101 }, (_, index) => 100 - index))!;
    expect(low).toBeCloseTo(2.5, 10);
    expect(high).toBeCloseTo(97.5, 10);
    expect(percentileInterval(new Float64Array(0))).toBeNull();
  });
});

describe('pairedDifference', () => {
  const pairOf = async (first: string, second: string) => {
    const [one, other] = [await statisticsOf(first), await statisticsOf(second)];
    const everyone = new Float64Array(60).fill(1);
    const values = [one, other].map(({ statistics }) => resample([statistics[0]!], 60, { seed: 1, resamples: 20_000 })[0]!);
    return { first: values[0]!, second: values[1]!, observed: one.statistics[0]!.value(everyone) - other.statistics[0]!.value(everyone) };
  };

  it("agrees with scipy's bootstrap of the difference on the same users", async () => {
    const { difference, interval, pValue } = pairedDifference([await pairOf(await writeStudents('a.safetensors', 'first'), await writeStudents('b.safetensors', 'second'))]);
    const { value, low, high } = oracle.intervals.aucDifference;
    expect(difference).toBeCloseTo(value, 6);
    expect(Math.abs(interval!.low - low)).toBeLessThan((high - low) * 0.03);
    expect(Math.abs(interval!.high - high)).toBeLessThan((high - low) * 0.03);
    // Nearly normal: its deviation is a quarter of the interval over .98.
    expect(pValue).toBeGreaterThan(0.2);
    expect(pValue).toBeLessThan(0.4);
  });

  it('is no difference between a run and itself, and never a p of 0', () => {
    const same = Float64Array.of(0.5, 0.6, 0.7);
    expect(pairedDifference([{ first: same, second: same, observed: 0 }])).toEqual({ difference: 0, interval: { low: 0, high: 0 }, pValue: 1 });
    const better = same.map((value) => value + 0.1);
    expect(pairedDifference([{ first: better, second: same, observed: 0.1 }]).pValue).toBe(2 / 4);
  });

  it('averages seeds resample by resample', () => {
    const up = { first: Float64Array.of(0.2, 0.3), second: Float64Array.of(0.1, 0.1), observed: 0.15 };
    const down = { first: Float64Array.of(0.1, 0.1), second: Float64Array.of(0.2, 0.3), observed: -0.15 };
    expect(pairedDifference([up, down])).toEqual({ difference: 0, interval: { low: 0, high: 0 }, pValue: 1 });
  });
});

describe('predictions on disk', () => {
  it('are a safetensors file with a row a prediction, however many came between flushes', async () => {
    const file = join(folder, 'many.safetensors');
    const writer = await PredictionsWriter.create(file, 'recommendation');
    for (let number = 0; number < 9_000; number++) writer.impression({ auc: number / 9_000, reciprocalRank: 0.5, ndcgAt5: 0, ndcgAt10: 1, loss: 2, coldStartAuc: number % 2 ? 0.25 : undefined }, number % 10);
    expect((await readdir(folder)).includes('many.safetensors')).toBe(false);
    await writer.finish();
    const { tensors, metadata } = await readSafetensors(file);
    expect(tensors['predictions']!.shape).toEqual([9_000, 7]);
    expect(JSON.parse(metadata['columns']!)).toHaveLength(7);
    const { users, statistics } = await statisticsOf(file);
    expect([...users]).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
    const values = statistics.map((statistic) => [statistic.name, statistic.value(new Float64Array(10).fill(1))] as const);
    expect(values.map(([name]) => name)).toEqual(['auc', 'meanReciprocalRank', 'ndcgAt5', 'ndcgAt10', 'loss', 'coldStartAuc']);
    expect(values[0]![1]).toBeCloseTo(8_999 / 18_000, 6);
    expect(values.slice(1).map(([, value]) => value)).toEqual([0.5, 0, 1, 2, 0.25]);
  });

  it('are never a part of a file', async () => {
    const writer = await PredictionsWriter.create(join(folder, 'discarded.safetensors'), 'knowledge-tracing');
    writer.response(1, true, true, 0);
    await writer.flush();
    await writer.discard();
    expect((await readdir(folder)).filter((name) => name.includes('discarded'))).toEqual([]);
  });

  it('are refused where the file is cut off or another', async () => {
    const file = await writeStudents('cut.safetensors', 'first');
    await truncate(file, 2_000);
    await expect(intervalsOf(file, 1)).rejects.toMatchObject({ code: 'MODEL_FILE_CORRUPT' });
    await writeFile(file, 'nonsense, and more of it');
    await expect(intervalsOf(file, 1)).rejects.toMatchObject({ code: 'MODEL_FILE_CORRUPT' });
  });
});

/** Standard normal numbers (Box and Muller) from a linear congruential generator. */
function normals(seed: number): () => number {
  let state = seed;
  const uniform = (): number => ((state = (Math.imul(state, 1664525) + 1013904223) >>> 0) + 0.5) / 2 ** 32;
  return () => Math.sqrt(-2 * Math.log(uniform())) * Math.cos(2 * Math.PI * uniform());
}
