import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { loadWarning, machineLoad, type MachineLoad } from '../machine-load.js';
import { buildFingerprint, ResultsFile, writeWhole } from '../results-file.js';
import { trainBySteps, worker } from '../run-gram.js';
import { mean } from '../statistics.js';
import { batchSize, configuration, passes, stepCases, type ToeicCase, windowCase } from './cases.js';
import { epochOfSteps, epochOfWindows, type EpochCost, interactionsOfEpoch, type MeasuredRun, rowsMetIn, sequenceModelStep, windowCost } from './epoch-cost.js';
import { type BatchMemory, batchThatFits } from './largest-batch.js';
import { formatEpochs } from './table.js';

const usage = `Measures what an epoch of each strategy costs on a generated set of the shape of the paper's TOEIC (9,336 questions of 147 tokens), and
extrapolates to all its steps.

npm run bench:toeic -- [--interactions 10000000] [--output runs/toeic] [--skip-memory]

Half an hour on two quiet cores, and 20 GiB of memory unless --skip-memory. Goes on where it stopped.`;

const { values } = parseArgs({
  options: {
    interactions: { type: 'string', default: '10000000' },
    output: { type: 'string', default: 'runs/toeic' },
    'skip-memory': { type: 'boolean', default: false },
    help: { type: 'boolean', default: false },
  },
});
if (values.help) {
  console.error(usage);
  process.exit(0);
}

type Entry = { readonly load: MachineLoad } & (
  | { readonly kind: 'run'; readonly run: MeasuredRun }
  | { readonly kind: 'gradients'; readonly differences: readonly { readonly encoder: number; readonly model: number }[] }
);

const interactions = Number(values.interactions);
const memoryLimit = 20 * 2 ** 30;
/** Windows of the batches that show how end-to-end's memory grows, and of those that gradients are compared on. */
const probeWindows = [2, 6] as const;
const gradientSteps = 3;
const results = await ResultsFile.open<Entry>(join(values.output, 'toeic.json'), { build: await buildFingerprint(), interactions });

for (const one of [...stepCases, windowCase]) await measured(one.name, one);
const gradients = await gradientEquality();
const largest = values['skip-memory'] ? undefined : await largestEndToEnd();
const report = [formatEpochs(epochs(), largest), '', 'Single-step against end-to-end, norm of the difference over the norm of the gradient (encoder, sequence model), by batch:',
  ...gradients.map(({ encoder, model }) => `- ${encoder.toExponential(1)}, ${model.toExponential(1)}`)].join('\n');
await writeWhole(join(values.output, 'toeic.md'), `${report}\n`);
console.log(report);

async function measured(name: string, one: ToeicCase): Promise<MeasuredRun> {
  const known = results.entries.find((entry) => entry.kind === 'run' && entry.run.name === name);
  if (known?.kind === 'run') return known.run;
  const load = await beginning(name);
  const { report, steps } = await trainBySteps(configuration(interactions, one, one.warmUp + one.steps));
  const run: MeasuredRun = { name, batchSize: one.batchSize ?? batchSize, stepsPerEpoch: report.stepsPerEpoch, warmUp: one.warmUp, steps, peakTrainingMemoryBytes: report.peakTrainingMemoryBytes };
  await results.add({ kind: 'run', load, run });
  return run;
}

async function beginning(what: string): Promise<MachineLoad> {
  const load = await machineLoad();
  console.error(`${what} (load average ${load.loadAverage.toFixed(2)})`);
  const warning = loadWarning(load, results.entries.length === 0);
  if (warning !== undefined) console.error(`warning: ${warning}`);
  return load;
}

async function gradientEquality(): Promise<readonly { readonly encoder: number; readonly model: number }[]> {
  const known = results.entries.find((entry) => entry.kind === 'gradients');
  if (known?.kind === 'gradients') return known.differences;
  const load = await beginning('gradients of single-step and end-to-end');
  const windows = probeWindows[0];
  const { differences } = await worker<{ readonly differences: readonly { readonly encoder: number; readonly model: number }[] }>('gradient-equality', {
    configuration: configuration(interactions, { strategy: {}, batchSize: windows }, gradientSteps), steps: gradientSteps,
  });
  await results.add({ kind: 'gradients', load, differences });
  return differences;
}

/**
 * The largest batch by a line through two smaller ones, and what it takes in fact. It is aimed a tenth below the limit, for the tokens of a
 * batch are not known before it is made, and made smaller while it takes more than that.
 */
async function largestEndToEnd(): Promise<MeasuredRun> {
  const probe = (windows: number): Promise<MeasuredRun> => measured(`end-to-end, ${windows} windows`, { name: '', strategy: { use: 'end-to-end' }, batchSize: windows, warmUp: 0, steps: 1 });
  const memoryOf = async (windows: number): Promise<BatchMemory> => {
    const { steps, peakTrainingMemoryBytes } = await probe(windows);
    return { tokens: steps[0]!.encoderTokensForward, peakTrainingMemoryBytes };
  };
  const manySteps = results.entries.flatMap((entry) => (entry.kind === 'run' && entry.run.name === 'end-to-end' ? [entry.run] : []))[0]!;
  const tokensPerWindow = mean(manySteps.steps.map(({ encoderTokensForward }) => encoderTokensForward)) / manySteps.batchSize;
  for (let windows = batchThatFits([await memoryOf(probeWindows[0]), await memoryOf(probeWindows[1])], tokensPerWindow, 0.9 * memoryLimit); windows > 0; windows--) {
    const run = await probe(windows);
    if (run.peakTrainingMemoryBytes <= memoryLimit) return run;
  }
  throw new Error('end-to-end does not fit a window into 20 GiB');
}

function epochs(): readonly EpochCost[] {
  const runs = results.entries.flatMap((entry) => (entry.kind === 'run' ? [entry.run] : []));
  const window = runs.find(({ name }) => name === windowCase.name)!;
  const ofEpoch = interactionsOfEpoch(window);
  const cost = windowCost(window, passes, sequenceModelStep(runs.find(({ name }) => name === 'frozen')!));
  const ofWindows = (name: string, steps: number, rows: number): EpochCost => epochOfWindows(window, name, cost, Math.max(1, Math.round(window.stepsPerEpoch / steps)), rows, passes);
  const wholeCatalogue = 9336;
  return [
    ...stepCases.map(({ name }) => epochOfSteps(runs.find((run) => run.name === name)!, ofEpoch)),
    ofWindows('multi-step:10', 10, rowsMetIn(window, 10)),
    ofWindows('multi-step:.5e', window.stepsPerEpoch / 2, wholeCatalogue),
    ofWindows('multi-step:1e', window.stepsPerEpoch, wholeCatalogue),
  ];
}
