import { describe, expect, it } from 'vitest';
import type { CalibratedStrategy } from './calibrate.js';
import type { DataShape } from './data-shape.js';
import { estimate } from './estimate.js';
import type { MeasuredStep, Miniature } from './miniature.js';

const shape = {
  items: 1000, catalogueTokens: 10_000, stepsPerEpoch: 50, interactionsPerBatch: 400, uniqueItemsPerBatch: 40, interactionTokensPerBatch: 4000, uniqueTokensPerBatch: 440,
  met: [{ batches: 1, items: 40, tokens: 440 }, { batches: 10, items: 300, tokens: 3000 }, { batches: 50, items: 900, tokens: 9000 }],
} as unknown as DataShape;
const setting = { shape, batchSize: 32, epochs: 8 };

/** A step that encodes so many tokens of items of ten tokens. */
function step(seconds: number, forward: number, backward: number, more: Partial<MeasuredStep> = {}): MeasuredStep {
  return {
    epoch: 0, seconds, compileSeconds: 0, uniqueTokens: 400, interactionTokens: 4000,
    encoderItemsForward: forward / 10, encoderItemsBackward: backward / 10, encoderTokensForward: forward, encoderTokensBackward: backward, ...more,
  };
}

function miniature(steps: readonly MeasuredStep[], more: Partial<Miniature> = {}): Miniature {
  return { batchSize: 32, batches: 4, catalogueItems: 1000, steps, windows: [], peakMemoryBytes: 1e9, dimension: 10, ...more };
}

function calibrated(miniatures: readonly Miniature[], more: Partial<CalibratedStrategy> = {}): CalibratedStrategy {
  return { strategy: 'some', shape, miniatures, device: 'cpu', precision: 'float32', ...more };
}

describe('an estimate', () => {
  it('of alike steps scales their clean seconds by the tokens of the run, compiling apart', () => {
    const result = estimate(calibrated([miniature([step(1, 400, 400, { compileSeconds: 7 }), step(2, 400, 400), step(2, 400, 400)])]), setting);
    expect(result.secondsPerEpoch).toBeCloseTo(50 * 2 * 1.1);
    expect(result.onceSeconds).toBe(7);
    expect(result.trainingSeconds).toBeCloseTo(7 + 8 * 110);
    expect(result.perEpoch).toMatchObject({ itemsForward: 2000, itemsBackward: 2000, tokensForward: 22_000 });
    expect(result.peakMemoryBytes).toBe(1e9);
  });

  it('of end-to-end counts the tokens of interactions, along the line through smaller batches', () => {
    const small = (batchSize: number, seconds: number, peakMemoryBytes: number) => miniature([step(seconds, 125 * batchSize, 125 * batchSize, { interactionTokens: 125 * batchSize })], { batchSize, peakMemoryBytes });
    const measured = [small(2, 3, 1e9), small(4, 5, 1.5e9)];
    const result = estimate(calibrated(measured), setting);
    expect(result.secondsPerEpoch).toBeCloseTo(50 * (5 + 28));
    expect(result.perEpoch.itemsBackward).toBeCloseTo(50 * 400);
    expect(result.peakMemoryBytes).toBeCloseTo(1.5e9 + 7e9);
    expect(result.basis.join()).toContain('extrapolated from batches of 2 and 4 to 32');
    expect(estimate(calibrated(measured, { graphMemoryBytes: 1e9 }), setting).peakMemoryBytes).toBeCloseTo(2.5e9);
  });

  it('of a frozen encoder encodes the catalogue once', () => {
    const result = estimate(calibrated([miniature([step(3, 1000, 0), step(1, 0, 0), step(1, 0, 0)], { catalogueItems: 100 })]), setting);
    expect(result.secondsPerEpoch).toBeCloseTo(50);
    expect(result.onceSeconds).toBeCloseTo(10_000 * (2 / 1000));
    expect(result.perEpoch.itemsForward).toBe(0);
    // Two tables of the 900 items that the miniature left out.
    expect(result.peakMemoryBytes).toBe(1e9 + 900 * 10 * 4 * 2);
  });

  it('of windows adds what the encoder takes for the items of each, after the first one that compiles', () => {
    const window = (compileSeconds: number) => [step(1 + 0.4, 400, 0, { compileSeconds }), step(1 + 2, 400, 800, { compileSeconds })];
    const steps = [step(5, 400, 0), step(1, 0, 0), ...window(9), ...window(0)];
    const windows = [{ afterStep: 4, items: 40, tokens: 400 }, { afterStep: 6, items: 40, tokens: 400 }];
    const plan = { windows: [{ steps: 10, count: 15 }, { steps: 50, count: 3 }], tables: 2 };
    const result = estimate(calibrated([miniature(steps, { windows })], { windows: plan }), setting);
    const tokens = (15 * 3000 + 3 * 9000) / 8;
    expect(result.secondsPerEpoch).toBeCloseTo(50 + tokens * (2.4 / 400));
    expect(result.onceSeconds).toBeCloseTo(18 + 2 * 10_000 * (4 / 400));
    expect(result.perEpoch.itemsForward).toBeCloseTo(2 * (15 * 300 + 3 * 900) / 8);
    expect(result.perEpoch.tokensBackward).toBeCloseTo(2 * tokens);
  });
});
