import { describe, expect, it } from 'vitest';
import { bfloat16Support } from './bfloat16.js';
import { applyLibrarySettings, configuredThreads } from './environment.js';
import { replaceRemovedUtilities } from './polyfills.js';
import { instructionSets } from './processor.js';

describe('applyLibrarySettings', () => {
  it('sets what is asked for', () => {
    const environment: NodeJS.ProcessEnv = {};
    applyLibrarySettings({ threads: 3, concurrentOperations: 2, logLevel: 0 }, environment);
    expect(environment).toMatchObject({ TF_NUM_INTRAOP_THREADS: '3', OMP_NUM_THREADS: '3', TF_NUM_INTEROP_THREADS: '2', TF_CPP_MIN_LOG_LEVEL: '0' });
    expect(configuredThreads(environment)).toBe(3);
  });

  it('leaves what the user has set', () => {
    const environment: NodeJS.ProcessEnv = { TF_NUM_INTRAOP_THREADS: '1', TF_ENABLE_ONEDNN_OPTS: '0' };
    applyLibrarySettings({ threads: 3 }, environment);
    expect(environment).toMatchObject({ TF_NUM_INTRAOP_THREADS: '1', TF_ENABLE_ONEDNN_OPTS: '0' });
    expect(environment.TF_NUM_INTEROP_THREADS).toBeUndefined();
  });
});

describe('replaceRemovedUtilities', () => {
  it('gives what tfjs-node calls', () => {
    const target: Record<string, (value: unknown) => boolean> = {};
    replaceRemovedUtilities(target);
    expect([null, undefined, 0].map(target.isNullOrUndefined!)).toEqual([true, true, false]);
    expect([[], {}].map(target.isArray!)).toEqual([true, false]);
  });
});

describe('instructionSets', () => {
  it('lists what matters, whole names only', () => {
    expect(instructionSets('flags\t\t: fpu avx2 avx512_bf16 amx_bf16_like')).toEqual(['avx2', 'avx512_bf16']);
    expect(instructionSets('Features\t: fp asimd bf16')).toEqual(['asimd', 'bf16']);
    expect(instructionSets('')).toEqual([]);
  });
});

describe('bfloat16Support', () => {
  it('names the strongest unit', () => {
    expect(bfloat16Support(['avx512f', 'avx512_bf16', 'amx_tile', 'amx_bf16'])).toEqual({ isFaster: true, summary: expect.stringMatching(/^AMX: .*four times/) });
    expect(bfloat16Support(['avx512f', 'avx512_bf16', 'amx_tile', 'amx_int8'])).toEqual({ isFaster: true, summary: expect.stringMatching(/^AVX-512 BF16 \(no AMX\): .*twice/) });
    expect(bfloat16Support(['asimd', 'bf16'])).toMatchObject({ isFaster: true, summary: expect.stringContaining('Arm BF16') });
  });

  it('warns off where there is none, and says where it cannot know', () => {
    expect(bfloat16Support(['avx2', 'avx512f', 'avx512_fp16'])).toEqual({ isFaster: false, summary: 'none: bfloat16 would be slower than float32' });
    expect(bfloat16Support([])).toMatchObject({ isFaster: null });
  });
});
