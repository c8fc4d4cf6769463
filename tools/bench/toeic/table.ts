import type { EpochCost } from './epoch-cost.js';

const gibibyte = 2 ** 30;

/** Markdown: what an epoch of each strategy costs, against end-to-end's. */
export function formatEpochs(epochs: readonly EpochCost[], largestEndToEnd: { readonly batchSize: number; readonly peakTrainingMemoryBytes: number } | undefined): string {
  const reference = epochs.find(({ name }) => name === 'end-to-end');
  const header = ['strategy', 'seconds an epoch', 'speed-up', 'encoder items an epoch', 'peak GiB', 'extrapolated from'];
  const rows = epochs.map(({ name, secondsPerEpoch, encoderItems, peakTrainingMemoryBytes, basis }) => [
    name, wholeNumber(secondsPerEpoch), reference === undefined ? '–' : `${(reference.secondsPerEpoch / secondsPerEpoch).toFixed(1)}`, wholeNumber(encoderItems), (peakTrainingMemoryBytes / gibibyte).toFixed(2), basis,
  ]);
  const memory = largestEndToEnd === undefined ? [] : ['', `End-to-end at the largest batch that fits 20 GiB: ${largestEndToEnd.batchSize} windows, ${(largestEndToEnd.peakTrainingMemoryBytes / gibibyte).toFixed(2)} GiB.`];
  return [[header, header.map(() => '---'), ...rows].map((cells) => `| ${cells.join(' | ')} |`).join('\n'), ...memory].join('\n');
}

function wholeNumber(value: number): string {
  return Math.round(value).toLocaleString('en');
}
