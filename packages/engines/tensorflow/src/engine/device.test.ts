import { describe, expect, it } from 'vitest';
import type { NvidiaDriver } from '../setup/nvidia-driver.js';
import type { StageState } from '../setup/stage.js';
import { checkDeviceInUse, chooseDevice, type DeviceSettings, type DeviceSurroundings } from './device.js';

const driver: NvidiaDriver = { version: '550.54.15', recentEnough: true };

/** A machine with a driver and everything set up, but for what is given. */
function machine({ found = driver as NvidiaDriver | null, state = 'ready' as StageState['state'], visible = undefined as string | undefined, buildExists = true } = {}): DeviceSurroundings {
  return {
    findDriver: () => Promise.resolve(found ?? undefined),
    inspectGpu: () => Promise.resolve({ state, problem: 'libcudnn.so.9 is missing' }),
    environment: visible === undefined ? {} : { CUDA_VISIBLE_DEVICES: visible },
    buildExists,
  };
}

describe('chooseDevice', () => {
  it.each<[string, DeviceSettings, DeviceSurroundings, string]>([
    ['takes the GPU that is there', {}, machine(), 'gpu'],
    ['takes the CPU where there is no driver', {}, machine({ found: null }), 'cpu'],
    ['takes the CPU where the driver is too old', {}, machine({ found: { version: '470.1', recentEnough: false } }), 'cpu'],
    ['takes the CPU where a GPU was never set up', {}, machine({ state: 'missing' }), 'cpu'],
    ['takes the CPU where the user hides the GPUs', {}, machine({ visible: '' }), 'cpu'],
    ['takes the CPU where there is no build for its GPU', {}, machine({ buildExists: false }), 'cpu'],
    ['takes the CPU when told to', { device: 'cpu' }, machine(), 'cpu'],
    ['takes the GPU when told to', { device: 'gpu' }, machine(), 'gpu'],
  ])('%s', async (_case, settings, surroundings, expected) => {
    expect(await chooseDevice(settings, surroundings)).toBe(expected);
  });

  it.each<[string, DeviceSettings, DeviceSurroundings, string, RegExp, RegExp]>([
    ['no driver', { device: 'gpu' }, machine({ found: null }), 'ENGINE_UNSUPPORTED', /engine.device is gpu, but no NVIDIA driver was found/, /nvidia-smi.*--gpus all.*engine.device to auto/],
    ['an index without a driver', { gpu: 1 }, machine({ found: null }), 'ENGINE_UNSUPPORTED', /engine.gpu is 1, but no NVIDIA driver/, /engine.device to auto/],
    ['an old driver', { device: 'gpu' }, machine({ found: { version: '470.1', recentEnough: false } }), 'ENGINE_UNSUPPORTED', /470.1 is older than 525/, /newer driver/],
    ['hidden GPUs', { device: 'gpu' }, machine({ visible: '-1' }), 'ENGINE_UNSUPPORTED', /CUDA_VISIBLE_DEVICES='-1' hides/, /unset/],
    ['another system', { device: 'gpu' }, machine({ buildExists: false }), 'ENGINE_UNSUPPORTED', /there is no TensorFlow for GPUs/, /x86-64/],
    ['a missing build', { device: 'gpu' }, machine({ state: 'missing' }), 'ENGINE_NOT_SET_UP', /libcudnn/, /^npx gram setup --gpu/],
    ['a broken build', {}, machine({ state: 'broken' }), 'ENGINE_NOT_SET_UP', /libcudnn/, /^npx gram setup --gpu.*auto or cpu/],
  ])('names %s with what to do', async (_case, settings, surroundings, code, message, fix) => {
    await expect(chooseDevice(settings, surroundings)).rejects.toMatchObject({ code, message: expect.stringMatching(message), details: { fix: expect.stringMatching(fix) } });
  });

  it('looks at no driver and no file when told to use the CPU', async () => {
    const untouchable: DeviceSurroundings = { findDriver: () => Promise.reject(new Error('looked')), inspectGpu: () => Promise.reject(new Error('looked')) };
    expect(await chooseDevice({ device: 'cpu' }, untouchable)).toBe('cpu');
  });
});

describe('checkDeviceInUse', () => {
  it('warns where TensorFlow takes the CPU after all, and fails where a GPU was asked for', () => {
    const warnings: string[] = [];
    const warn = (text: string): void => void warnings.push(text);
    checkDeviceInUse(true, { device: 'gpu' }, warn);
    expect(warnings).toEqual([]);
    checkDeviceInUse(false, {}, warn);
    expect(warnings).toEqual([expect.stringMatching(/finds no GPU.*the CPU computes.*gram doctor/)]);
    for (const settings of [{ device: 'gpu' }, { gpu: 1 }] as const) {
      expect(() => checkDeviceInUse(false, settings, warn)).toThrow(expect.objectContaining({ code: 'ENGINE_UNSUPPORTED', details: expect.objectContaining({ fix: expect.stringContaining('gram doctor') }) }));
    }
  });
});
