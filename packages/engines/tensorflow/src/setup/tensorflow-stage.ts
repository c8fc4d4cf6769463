import { rm } from 'node:fs/promises';
import { downloadWheel, unpackWheel } from './wheel.js';
import type { WheelPin } from './pins.js';
import type { Stage } from './stage.js';

export const tensorflowLibraries = ['libtensorflow_cc.so.2', 'libtensorflow_framework.so.2'] as const;

/** The C headers and what they include; what is built here needs no others. */
const headers = new RegExp(`^tensorflow/(include/(?:${[
  'tensorflow/c/',
  'tensorflow/core/platform/ctstring',
  'tensorflow/core/common_runtime/next_pluggable_device/c/',
  'tsl/platform/(?:ctstring|platform\\.h)',
  'xla/tsl/c/',
].join('|')}).*)$`);
const notices = /^tensorflow\/(?:include\/LICENSE|THIRD_PARTY_NOTICES\.txt)$/;
const unpackedBytes = 870_000_000;

/** TensorFlow's native library and C headers, out of the wheel. */
export function tensorflowStage(pin: WheelPin): Stage {
  return {
    name: 'tensorflow',
    title: `TensorFlow ${pin.version}`,
    directory: `engine/${pin.distribution}-${pin.version}`,
    fingerprint: `2:${pin.sha256}`,
    neededBytes: pin.bytes + unpackedBytes,
    keptBytes: unpackedBytes,
    async build(directory, context) {
      const wheel = await downloadWheel(pin, directory, context);
      const paths = await unpackWheel(wheel, directory, placeTensorflowFile, context);
      await rm(wheel);
      return paths;
    },
  };
}

function placeTensorflowFile(entry: string): string | undefined {
  const library = tensorflowLibraries.find((name) => entry === `tensorflow/${name}`);
  if (library !== undefined) return `lib/${library}`;
  if (notices.test(entry)) return entry.slice(entry.lastIndexOf('/') + 1);
  return headers.exec(entry)?.[1];
}
