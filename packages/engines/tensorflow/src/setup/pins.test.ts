import { readFile } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import { assetPath } from '../assets.js';
import { cudaWheels, checkGpuBuildExists, gpuBuildExists, gpuTensorflowWheel } from './gpu-pins.js';
import { addonVersion, tensorflowWheel } from './pins.js';
import { checkSystemLibrary } from './platform.js';

describe('pins', () => {
  it('has a wheel for Linux on x86-64 and ARM64', () => {
    expect(tensorflowWheel('linux', 'x64').distribution).toBe('tensorflow-cpu');
    expect(tensorflowWheel('linux', 'arm64').target).toContain('manylinux_2_27_aarch64');
  });

  it('names the systems there are for one that is not', () => {
    expect(() => tensorflowWheel('win32', 'x64')).toThrow(expect.objectContaining({ code: 'SETUP_PLATFORM', details: expect.objectContaining({ alternatives: ['linux on x64', 'linux on arm64'] }) }));
  });

  it('has a GPU build for Linux on x86-64 alone, and says so', () => {
    expect([gpuBuildExists('linux', 'x64'), gpuBuildExists('linux', 'arm64'), gpuBuildExists('darwin', 'x64')]).toEqual([true, false, false]);
    expect(() => checkGpuBuildExists('linux', 'arm64')).toThrow(expect.objectContaining({ code: 'SETUP_PLATFORM', message: expect.stringContaining('linux on arm64') }));
  });

  it('pins every wheel for the GPU whole: version, size and checksum, each another file', () => {
    const pins = [gpuTensorflowWheel, ...cudaWheels];
    for (const { version, sha256, bytes, target } of pins) {
      expect(version).toMatch(/^\d+(\.\d+)+$/);
      expect(sha256).toMatch(/^[0-9a-f]{64}$/);
      expect(bytes).toBeGreaterThan(1_000_000);
      expect(target).toContain('manylinux_2_27_x86_64');
    }
    expect(new Set(pins.map(({ sha256 }) => sha256)).size).toBe(13);
    expect(cudaWheels.map(({ folder }) => folder)).toEqual(expect.arrayContaining(['cublas', 'cudnn', 'cuda_runtime', 'cuda_nvcc', 'nccl', 'nvjitlink']));
  });

  it('refuses a C library that TensorFlow was not built for', () => {
    expect(() => checkSystemLibrary('2.36')).not.toThrow();
    expect(() => checkSystemLibrary('2.9')).toThrow(/glibc 2.9/);
    // The default is what runs this test.
    expect(() => checkSystemLibrary()).not.toThrow();
  });

  it('locks every package that set-up installs by an integrity hash, and names no registry', async () => {
    const lock = JSON.parse(await readFile(assetPath('tfjs-node/package-lock.json'), 'utf8')) as { packages: Record<string, { version: string; integrity?: string; resolved?: string }> };
    const installed = Object.entries(lock.packages).filter(([path]) => path !== '');
    expect(installed.length).toBeGreaterThan(50);
    expect(installed.filter(([, { integrity }]) => integrity === undefined)).toEqual([]);
    expect(installed.filter(([, { resolved }]) => resolved !== undefined)).toEqual([]);
    expect(lock.packages['node_modules/@tensorflow/tfjs-node-gpu']!.version).toBe(addonVersion);
  });
});
