import { describe, expect, it } from 'vitest';
import { casesNamed } from './cases.js';
import type { Entry } from './measurement.js';
import { peerSpan } from './measure-peer.js';
import { dueMeasurements } from './rounds.js';

const named = (list: string) => casesNamed(list);

describe('dueMeasurements', () => {
  it('lets the sides follow one another, ours first and last by turns', () => {
    const due = dueMeasurements(named('dkt frozen,encoder 8x16'), ['float32'], 2, []);
    expect(due.map(({ measured, round, side }) => `${round} ${measured.name}: ${side}`)).toEqual([
      '1 dkt frozen: gramkit', '1 dkt frozen: peer', '1 dkt frozen: peer-like-lengths', '1 dkt frozen: products',
      '1 encoder 8x16: gramkit', '1 encoder 8x16: peer', '1 encoder 8x16: products',
      '2 dkt frozen: peer-like-lengths', '2 dkt frozen: peer', '2 dkt frozen: gramkit', '2 dkt frozen: products',
      '2 encoder 8x16: peer', '2 encoder 8x16: gramkit', '2 encoder 8x16: products',
    ]);
  });

  it('has no products and no like lengths of recommendation', () => {
    expect(dueMeasurements(named('nrms single-step'), ['float32'], 2, []).map(({ round, side }) => `${round} ${side}`)).toEqual(['1 gramkit', '1 peer', '2 peer', '2 gramkit']);
  });

  it('leaves out what is there', () => {
    const done = [{ case: 'encoder 8x16', precision: 'float32', round: 1, side: 'gramkit' }, { case: 'encoder 8x16', precision: 'bfloat16', round: 1, side: 'peer' }] as Entry[];
    const due = dueMeasurements(named('encoder 8x16'), ['float32', 'bfloat16'], 1, done);
    expect(due.map(({ precision, side }) => `${precision} ${side}`)).toEqual(['float32 peer', 'float32 products', 'bfloat16 gramkit', 'bfloat16 products']);
  });
});

describe('casesNamed', () => {
  it('names the cases that there are', () => {
    expect(() => casesNamed('frozen')).toThrow("no case 'frozen'; there is: dkt single-step");
  });
});

describe('peerSpan', () => {
  const spans = (name: string, span?: { warmUp: number; steps: number }) => {
    const [found] = casesNamed(name);
    if (found!.kind !== 'training') throw new Error('not a training case');
    return peerSpan(found!, span, 105);
  };

  it('measures the second epoch, the first counted in steps or in windows', () => {
    expect(spans('dkt single-step')).toEqual({ steps: 210, warmUp: 105 });
    expect(spans('dkt multi-step:10')).toEqual({ steps: 210, warmUp: 11 });
    expect(spans('dkt multi-step:1e')).toEqual({ steps: 210, warmUp: 1 });
  });

  it('cuts a trial short', () => {
    expect(spans('dkt end-to-end', { warmUp: 8, steps: 16 })).toEqual({ steps: 24, warmUp: 8 });
    expect(spans('dkt multi-step:1e', { warmUp: 4, steps: 4 })).toEqual({ steps: 8, warmUp: 0 });
  });
});
