import { describe, expect, it } from 'vitest';
import { windowSignals } from './window-signals.js';

describe('signals of a window', () => {
  const fine = { reencodeGap: 0.05, residual: 0.9, coherence: 0.9 };

  it('is silent where all is well, and where nothing moved', () => {
    expect(windowSignals(fine)).toEqual({ warnings: [], hints: [] });
    expect(windowSignals({ reencodeGap: null, residual: null, coherence: null })).toEqual({ warnings: [], hints: [] });
  });

  it.each([
    [{ ...fine, reencodeGap: 0.11 }, 'warnings', /11\.0% higher.*more passes/],
    [{ ...fine, residual: 2.1 }, 'warnings', /2\.1 times.*row rate is too small.*learning rate too large/],
    [{ ...fine, reencodeGap: 0.02 }, 'hints', /interval may double/],
    [{ ...fine, coherence: 0.5 }, 'hints', /longer interval adds little/],
  ] as const)('%j gives one of the %s', (measures, kind, text) => {
    const signals = windowSignals(measures);
    expect(signals[kind]).toEqual([expect.stringMatching(text)]);
    expect(signals.warnings.length + signals.hints.length).toBe(1);
  });
});
