import { describe, expect, it } from 'vitest';
import { EarlyStopping } from './early-stopping.js';

function observeAll(stopping: EarlyStopping, aucs: readonly (number | null)[]): boolean[] {
  return aucs.map((auc, index) => stopping.observe({ auc, step: index * 10, epoch: index }));
}

describe('EarlyStopping', () => {
  it('stops after as many evaluations in a row without a better AUC as its patience', () => {
    const stopping = new EarlyStopping(2);
    expect(observeAll(stopping, [0.6, 0.5, 0.7, 0.7])).toEqual([true, false, true, false]);
    expect(stopping.shouldStop).toBe(false);
    observeAll(stopping, [null]);
    expect(stopping.shouldStop).toBe(true);
    expect(stopping.best).toEqual({ auc: 0.7, step: 20, epoch: 2 });
  });

  it('never stops without patience', () => {
    const stopping = new EarlyStopping(undefined);
    observeAll(stopping, [0.9, 0.1, 0.1, 0.1]);
    expect(stopping.shouldStop).toBe(false);
  });

  it('goes on from its state', () => {
    const first = new EarlyStopping(2);
    observeAll(first, [0.6, 0.5]);
    const second = new EarlyStopping(2);
    second.restore(JSON.parse(JSON.stringify(first.state())));
    expect(second.best).toEqual(first.best);
    observeAll(second, [0.55]);
    expect(second.shouldStop).toBe(true);
  });
});
