import type { ImpressionChunk } from '@gramkit/spec';
import { expect, it } from 'vitest';
import { impressionCeiling } from './impression-ceiling.js';

function readerOf(chunk: ImpressionChunk) {
  return { async *impressions() { yield chunk; } };
}

const chunk: ImpressionChunk = {
  userIds: ['u', 'u', 'v'],
  histories: [['a'], ['a', 'b'], []],
  candidates: [['b', 'c'], ['c', 'd', 'e'], ['a', 'd']],
  clicks: [Uint8Array.of(1, 0), Uint8Array.of(0, 1, 0), Uint8Array.of(1, 0)],
  heldOut: Uint8Array.of(0, 1, 1),
  probabilities: [Float32Array.of(0.5, 0.5), Float32Array.of(0.5, 0.3, 0.2), Float32Array.of(0.9, 0.1)],
};

it('is the mean over held-out impressions, ranked by the true probabilities', async () => {
  const ceiling = (await impressionCeiling(readerOf(chunk)))!;
  expect(ceiling).toMatchObject({ impressions: 2, unseenImpressions: 1, auc: (0.5 + 1) / 2, meanReciprocalRank: (1 / 2 + 1) / 2, unseenAuc: 1 });
  expect(ceiling.ndcgAt10).toBeCloseTo((1 / Math.log2(3) + 1) / 2);
});

it('is unknown without true probabilities, without a split of its own, and where nothing is held out', async () => {
  const { probabilities, heldOut, ...rest } = chunk;
  expect(await impressionCeiling(readerOf({ ...rest, heldOut: heldOut! }))).toBeUndefined();
  expect(await impressionCeiling(readerOf({ ...rest, probabilities: probabilities! }))).toBeUndefined();
  expect(await impressionCeiling(readerOf({ ...chunk, heldOut: new Uint8Array(3) }))).toBeUndefined();
  expect(await impressionCeiling({})).toBeUndefined();
});
