/**
 * Times steps of a strategy at equal batches over catalogues of different sizes. The sizes take turns, `turn` steps each, so that drift
 * falls on all alike; what a turn takes is divided by its steps, so that the end of a window is in it.
 *
 * node catalogue-steps.mjs '{"strategy":"single-step","catalogues":[100,100000],"turn":1,"turns":8,"warmUp":2,"threads":2,…}'
 */
import { createBertEncoder } from '@gramkit/encoder-bert';
import { defaultModelDirectory, loadEngine } from '@gramkit/engine-tensorflow';
import { Dkt, dktOptions } from '@gramkit/model-dkt';
import { MultiStep, multiStepOptions } from '@gramkit/strategy-multi-step';
import { SingleStep, singleStepOptions } from '@gramkit/strategy-single-step';
import { Adam, adamOptions } from '@gramkit/tensor';
import { syntheticItems } from './synthetic-items.mjs';

const { strategy, catalogues, turn, turns, warmUp, threads, uniqueItems, tokens, windows, positions } = JSON.parse(process.argv[2]);

const engine = await loadEngine({ threads });
const itemEncoder = await createBertEncoder(defaultModelDirectory(), { pooling: 'mean', attentionWidth: 200, freezeEmbeddings: false, freezeLayers: 0, dropout: 0, initializerSeed: 1 });
const sequenceModel = new Dkt(itemEncoder.dimension, 1, dktOptions.parse({}));
const pair = {
  itemEncoder,
  sequenceModel,
  encoderOptimizer: new Adam(itemEncoder.weights, adamOptions.parse({ learningRate: 5e-5 })),
  sequenceModelOptimizer: new Adam(sequenceModel.weights, adamOptions.parse({})),
  engine,
};
const strategies = {
  'single-step': () => new SingleStep(pair, singleStepOptions.parse({})),
  'multi-step': () => new MultiStep(pair, multiStepOptions.parse({ interval: turn, passes: 1, warmUpEpochs: 0, settlingEpochs: 0, evaluateWindows: 'never' })),
};

/** The same batch whatever the catalogue, but that its items lie all over it. */
function batchOver(catalogue) {
  const places = windows * positions;
  const shape = [windows, positions];
  return {
    itemIds: Int32Array.from({ length: uniqueItems }, (_, item) => Math.floor((item * catalogue) / uniqueItems)),
    references: { items: { dtype: 'int32', shape, data: Int32Array.from({ length: places }, (_, place) => (place * 31) % uniqueItems) } },
    fields: {
      responses: { dtype: 'float32', shape, data: Float32Array.from({ length: places }, (_, place) => (place % 3 === 0 ? 0 : 1)) },
      lengths: { dtype: 'int32', shape: [windows], data: new Int32Array(windows).fill(positions) },
    },
  };
}

const runs = [];
for (const catalogue of catalogues) {
  const trained = strategies[strategy]();
  await trained.begin({ catalogue: syntheticItems(catalogue, tokens), stepsPerEpoch: turn * (turns + warmUp), epochs: 1, seed: 1, report: () => undefined });
  runs.push({ catalogue, trained, batch: batchOver(catalogue), seconds: [] });
}
for (let round = 0; round < warmUp + turns; round++) {
  for (const { trained, batch, seconds } of runs) {
    const start = performance.now();
    for (let step = 0; step < turn; step++) await trained.step(batch);
    if (round >= warmUp) seconds.push((performance.now() - start) / 1000 / turn);
  }
}
console.log(JSON.stringify({ runs: runs.map(({ catalogue, seconds }) => ({ catalogue, seconds })), peakMemoryBytes: process.resourceUsage().maxRSS * 1024 }));
