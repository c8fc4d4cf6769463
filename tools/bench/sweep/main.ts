import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { loadWarning, machineLoad } from '../machine-load.js';
import { buildFingerprint, ResultsFile, writeWhole } from '../results-file.js';
import { formatSweeps, type SweepEntry, sweepResult } from './growth.js';
import { sweeps } from './sweeps.js';

const usage = `Measures how the cost of a step grows with the catalogue, the data set, the length of texts and the items encoded.

npm run bench:sweep -- [--rounds 4] [--sweeps "text length,items encoded"] [--quick] [--output runs/sweep]

Sizes take turns within a round. Results are written after every sweep of every round; the same command goes on where it stopped.
--quick: one round of fewer sizes, about three minutes. Otherwise under 20 minutes on 2 cores.`;

const { values } = parseArgs({
  options: {
    rounds: { type: 'string' },
    sweeps: { type: 'string' },
    quick: { type: 'boolean', default: false },
    output: { type: 'string' },
    help: { type: 'boolean', default: false },
  },
});
if (values.help) {
  console.error(usage);
  process.exit(0);
}

const all = sweeps(values.quick);
const wanted = values.sweeps === undefined ? all : values.sweeps.split(',').map((name) => {
  const found = all.find((sweep) => sweep.name === name.trim());
  if (found === undefined) throw new Error(`no sweep '${name}'; there is: ${all.map((sweep) => sweep.name).join(', ')}`);
  return found;
});
const rounds = Number(values.rounds ?? (values.quick ? 1 : 4));
if (!Number.isInteger(rounds) || rounds < 1) throw new Error(`--rounds is '${values.rounds}'; expected a whole number from 1 on`);

const output = values.output ?? (values.quick ? 'runs/sweep-quick' : 'runs/sweep');
const results = await ResultsFile.open<SweepEntry>(join(output, 'sweep.json'), { build: await buildFingerprint(), quick: String(values.quick) });
const table = (): string => formatSweeps(all.map((sweep) => sweepResult(sweep, results.entries)));
let isFirst = true;
for (let round = 1; round <= rounds; round++) {
  for (const { name, measure } of wanted) {
    if (results.entries.some((entry) => entry.sweep === name && entry.round === round)) continue;
    const load = await machineLoad();
    console.error(`${name}, round ${round} of ${rounds} (load average ${load.loadAverage.toFixed(2)})`);
    const warning = loadWarning(load, isFirst);
    if (warning !== undefined) console.error(`warning: ${warning}`);
    isFirst = false;
    await results.add({ sweep: name, round, load, points: await measure(round) });
    await writeWhole(join(output, 'sweep.md'), `${table()}\n`);
  }
}
console.log(table());
const failed = all.flatMap((sweep) => sweepResult(sweep, results.entries).findings).filter(({ holds }) => holds === false);
process.exitCode = failed.length === 0 ? 0 : 1;
