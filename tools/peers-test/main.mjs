import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { buildPackages } from '../workspace/build.mjs';
import { reportFailure } from '../workspace/failure.mjs';
import { gram } from '../workspace/gram.mjs';
import { installPackages } from '../workspace/install.mjs';
import { programOutput } from '../workspace/program-output.mjs';
import { peerPython } from './peer-python.mjs';
import { texts } from './texts.mjs';

const here = dirname(fileURLToPath(import.meta.url));
const root = dirname(dirname(here));

/** The largest difference between a vector's number here and there. */
const tolerance = 1e-5;
const maximumLength = 32;

/** Runs a program of this test, told by its name, and gives its output. */
function outputOf(name, command, env = {}) {
  process.stderr.write(`\n== ${name}\n`);
  return programOutput(name, command, { cwd: root, env, again: 'npm run test:peers' });
}

/** Trains a run of seconds, so that the encoder's weights are no longer those of the model it began with, and exports it. */
async function trainAndExport(folder, model, pooling) {
  const run = join(folder, `run-${pooling}`);
  const configuration = join(folder, `${pooling}.yaml`);
  const place = JSON.stringify(model);
  await writeFile(configuration, `
data: { use: generated, users: 48, items: 24, interactionsPerUser: 10 }
tokenizer: { model: ${place}, maxLength: ${maximumLength} }
encoder: { use: bert, model: ${place}, pooling: ${pooling} }
model: { use: dkt, hidden: 16 }
strategy: { use: single-step }
training: { epochs: 1, batchSize: 8 }
output: ${JSON.stringify(run)}
`);
  const exported = join(folder, `exported-${pooling}`);
  const textFile = join(folder, 'texts.jsonl');
  const vectors = join(folder, `vectors-${pooling}.jsonl`);
  await writeFile(textFile, texts.map((text) => `${JSON.stringify({ text })}\n`).join(''));
  await outputOf(`training (${pooling} pooling)`, gram(root, 'train', configuration));
  await outputOf('gram export', gram(root, 'export', run, '--format', 'huggingface', '--output', exported));
  await outputOf('gram encode', gram(root, 'encode', '--run', run, '--texts', textFile, '--output', vectors));
  return { exported, vectors };
}

/** What the libraries found, checked; the problems, none where all is well. */
async function compare(python, { exported, vectors }, pooling) {
  const result = JSON.parse((await outputOf('transformers and sentence-transformers', [python, join(here, 'compare_vectors.py'), exported, vectors], { HF_HUB_OFFLINE: '1' })).split('\n').find((line) => line.startsWith('{')));
  process.stderr.write(`${pooling}: largest difference ${result.transformers} (transformers), ${result.sentenceTransformers} (sentence-transformers), ${result.texts} texts\n`);
  const trained = (await readFile(vectors, 'utf8')).trim().split('\n').length;
  return [
    ...(result.texts === texts.length && trained === texts.length ? [] : [`${result.texts} texts were compared, not ${texts.length}`]),
    ...(result.tokenIdsEqual ? [] : ['token ids differ']),
    ...['transformers', 'sentenceTransformers'].flatMap((library) => (result[library] <= tolerance ? [] : [`vectors of ${library} differ by ${result[library]}, more than ${tolerance}`])),
    ...(result.maximumLength === maximumLength ? [] : [`sentence-transformers cuts at ${result.maximumLength} tokens, not ${maximumLength}`]),
    ...(Object.keys(result.loadingProblems).length === 0 ? [] : [`loading: ${JSON.stringify(result.loadingProblems)}`]),
    ...(/newly initialized|not used/i.test(result.said) ? [`transformers said: ${result.said}`] : []),
  ].map((problem) => `${pooling}: ${problem}`);
}

/** `npm run test:peers`: exported runs load in transformers and sentence-transformers with the vectors that Gramkit gives. */
async function test() {
  const { values } = parseArgs({ options: { python: { type: 'string' } } });
  await installPackages(root);
  await buildPackages(root);
  const peer = await peerPython(root, values.python);
  const folder = await mkdtemp(join(tmpdir(), 'gramkit-peers-'));
  try {
    const problems = [];
    for (const pooling of ['mean', 'cls']) problems.push(...(await compare(peer.python, await trainAndExport(folder, peer.model, pooling), pooling)));
    return problems;
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

try {
  const problems = await test();
  process.stdout.write(problems.length === 0 ? '\nexports: equal vectors in transformers and sentence-transformers\n' : `\n${problems.join('\n')}\n`);
  process.exitCode = problems.length === 0 ? 0 : 1;
} catch (error) {
  process.exitCode = reportFailure(error);
}
