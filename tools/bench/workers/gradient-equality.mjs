/**
 * The gradients of single-step and end-to-end on the same batches of a configuration, one after another in one process: both optimizers are replaced by
 * ones that write down what they are given and change nothing, so that every batch meets the same weights.
 *
 * node gradient-equality.mjs '{"configuration":{…},"steps":3}'
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseConfiguration, resolveConfiguration, trainRun } from '@gramkit/experiment';
import { specificationVersion, tokens } from '@gramkit/spec';
import { stringify } from 'yaml';

const { configuration, steps } = JSON.parse(process.argv[2]);

/** Keeps every gradient it is given, as numbers. */
function recordingOptimizer(weights, updates) {
  return {
    specificationVersion, kind: 'optimizer', name: 'recording', stepCount: 0,
    apply(gradients) {
      updates.push(weights.filter(({ trainable }) => trainable).map(({ name, variable }) => ({ name, values: gradients.get(name)?.dataSync().slice() ?? new Float32Array(variable.size) })));
    },
    state: () => ({ tensors: {}, values: {} }),
    restore: () => {},
    dispose: () => {},
  };
}

async function gradientsUnder(strategy) {
  const folder = await mkdtemp(join(tmpdir(), 'gram-bench-'));
  const updates = { encoder: [], model: [] };
  try {
    const document = parseConfiguration(stringify({ ...configuration, strategy: { use: strategy }, output: join(folder, 'run') }), { source: 'gradient-equality', baseDirectory: process.cwd() });
    await trainRun(await resolveConfiguration(document), {
      customize: (run) => {
        run.rebind(tokens.encoderOptimizer, async () => recordingOptimizer((await run.get(tokens.itemEncoder)).weights, updates.encoder));
        run.rebind(tokens.sequenceModelOptimizer, async () => recordingOptimizer((await run.get(tokens.sequenceModel)).weights, updates.model));
      },
    });
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
  return updates;
}

/** The norm of the difference over the norm of the whole gradient. */
function relativeDifference(left, right) {
  let [difference, whole] = [0, 0];
  right.forEach(({ values }, weight) => values.forEach((value, index) => {
    difference += (left[weight].values[index] - value) ** 2;
    whole += value ** 2;
  }));
  return Math.sqrt(difference / whole);
}

const endToEnd = await gradientsUnder('end-to-end');
const singleStep = await gradientsUnder('single-step');
const differences = Array.from({ length: steps }, (_, step) => ({
  encoder: relativeDifference(singleStep.encoder[step], endToEnd.encoder[step]),
  model: relativeDifference(singleStep.model[step], endToEnd.model[step]),
}));
console.log(JSON.stringify({ differences }));
