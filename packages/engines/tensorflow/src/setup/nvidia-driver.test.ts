import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { fakePrograms, temporaryFolder } from '../testing/fake-programs.js';
import { findNvidiaDriver } from './nvidia-driver.js';

const kernelText = (version: string): string =>
  `NVRM version: NVIDIA UNIX x86_64 Kernel Module  ${version}  Tue Mar  5 22:23:56 UTC 2024\nGCC version:  gcc version 12.2.0 (Debian 12.2.0-14)\n`;
const openKernelText = 'NVRM version: NVIDIA UNIX Open Kernel Module for x86_64  570.86.15  Release Build  (dvs-builder@U22)\n';

describe('findNvidiaDriver', () => {
  let folder: Awaited<ReturnType<typeof temporaryFolder>>;

  beforeEach(async () => void (folder = await temporaryFolder()));
  afterEach(() => folder.remove());

  async function write(path: string, text: string): Promise<void> {
    await mkdir(dirname(join(folder.path, path)), { recursive: true });
    await writeFile(join(folder.path, path), text);
  }

  const find = (programs: readonly string[] = []) => findNvidiaDriver({ root: folder.path, programs });

  it.each([
    ['the proprietary module', kernelText('550.54.15'), '550.54.15'],
    ['the open module', openKernelText, '570.86.15'],
  ])('reads the version that the kernel tells of %s', async (_case, text, version) => {
    await write('proc/driver/nvidia/version', text);
    await write('dev/nvidiactl', '');
    expect(await find()).toEqual({ version, recentEnough: true });
  });

  it('is not taken in by a container that shows the kernel\'s driver and was given no GPU', async () => {
    await write('proc/driver/nvidia/version', kernelText('550.54.15'));
    expect(await find()).toBeUndefined();
  });

  it.each([['525.60.13', true], ['525.60.11', false], ['470.256.02', false], ['1000.1', true]])('knows whether %s runs CUDA 12', async (version, recentEnough) => {
    await write('proc/driver/nvidia/version', kernelText(version));
    await write('dev/nvidiactl', '');
    expect(await find()).toEqual({ version, recentEnough });
  });

  it('asks nvidia-smi where the kernel tells nothing', async () => {
    const bin = await fakePrograms(folder.path, {
      answers: '[ "$1" = "--query-gpu=driver_version" ] && printf "566.03\\n566.03\\n"',
      fails: 'echo "NVIDIA-SMI has failed because it could not communicate with the NVIDIA driver"; exit 9',
    });
    expect(await find([join(bin, 'missing'), join(bin, 'fails'), join(bin, 'answers')])).toEqual({ version: '566.03', recentEnough: true });
    expect(await find([join(bin, 'fails')])).toBeUndefined();
  });
});
