import { z } from 'zod';
import { allMetricNames } from '../metrics/evaluation-metrics.js';

/** `"1e"`, `"0.5e"`: a number of epochs; a plain number counts steps. */
const epochs = z.string().regex(/^\d*\.?\d+e$/i, "expected a number of epochs such as '1e' or '0.5e'");

const fraction = z.number().min(0).lt(1);

const use = z.string().min(1).describe('Name of the plugin, path of a plugin file (starts with . or /), or name of a package.');

/** A component: the name of its plugin, and whatever options that plugin declares. */
const component = z.looseObject({ use });

/** The same where one plugin is meant unless another is named. */
const componentOr = (name: string) => z.looseObject({ use: use.default(name) }).prefault({});

/** What is held out; the rest is trained on. */
export const splitSchema = z.strictObject({
  by: z.enum(['user', 'time', 'leave-one-out', 'unseen-items']).default('user')
    .describe('What is held out: users with their whole histories; the latest interactions of all, by one cut in time; the last interaction of every user; or items, whose interactions are left out of training. An impression counts as an interaction where the data set has those.'),
  test: z.union([fraction, z.literal('dataset')]).optional()
    .describe("Share that is only tested on, of the users, interactions or items; not with leave-one-out. By user also 'dataset', for the data set's own split. Left out: by user its own where it brings one, otherwise .2."),
  validation: fraction.default(0.1).describe('Share of what is left that early stopping and the tables of progress look at; with leave-one-out, of the users, whose last interaction but one it is.'),
}).superRefine(({ by, test }, context) => {
  const message = by === 'leave-one-out' && test !== undefined ? "leave-one-out tests the last interaction of every user and takes no share: leave 'test' out"
    : by !== 'user' && test === 'dataset' ? `a data set brings a split by user alone: give a share such as 0.2, or split by user, not by ${by}` : undefined;
  if (message !== undefined) context.addIssue({ code: 'custom', path: ['test'], message });
});

/** The data section: keys of our own, and the reader's options beside them. */
export const dataKeys = {
  split: splitSchema.prefault({}).describe('What is held out, and how.'),
  windowLength: z.int().min(2).default(100).describe('Knowledge tracing: longest stretch of one history in a batch; longer histories are cut into several.'),
  historyLength: z.int().min(1).default(50).describe('Recommendation: longest history of an impression; of a longer one the latest clicks count.'),
  negatives: z.int().min(1).default(4).describe('Recommendation: K, how many items that were not clicked each click is told from in training. They are drawn from the same impression; where a data set knows clicks alone, from the items that the user never clicked.'),
  evaluationNegatives: z.int().min(1).default(20).describe('Recommendation, where a data set knows clicks alone: how many items that the user never clicked are ranked beside the clicked one in validation and test. Impressions are ranked whole.'),
} as const;

export const trainingSchema = z.strictObject({
  epochs: z.int().min(1).default(5).describe("Passes over the training interactions, a strategy's warm-up and settling among them."),
  batchSize: z.int().min(1).default(32).describe('Windows of histories in a batch; in recommendation, samples: a click and what stands beside it.'),
  lengthPool: z.int().min(1).default(1)
    .describe("How many batches' worth of windows are sorted by length together before they are cut into batches, whose order is then mixed over the epoch. 1: every batch is drawn from all windows. 32 pads less for models that need one window a row; it costs randomness, since windows of like length meet in a batch (weighted by its predictions): DKT on ASSISTments 2009 was .004 to .006 of test AUC behind after three epochs. Models that take several windows a row, such as DKT, pad little anyway."),
  lengthMultiple: z.int().min(1).default(4)
    .describe('A batch is padded to a multiple of so many positions, never beyond data.windowLength (of histories in recommendation data.historyLength), in training and in evaluation: a compiled step is made once for every length it meets. 1 turns it off.'),
  maximumSteps: z.int().min(1).optional().describe('Stop after so many steps. The report says that the run is not complete.'),
  maximumSeconds: z.number().positive().optional().describe('Stop after so many seconds of training (evaluation not counted). The report says that the run is not complete; its time per epoch is extrapolated.'),
  evaluateEvery: z.int().min(1).default(1).describe('Epochs between evaluations on the validation users.'),
  checkpointEvery: z.union([z.int().min(1), epochs]).default('1e').describe("Steps, or epochs such as '1e', between checkpoints. The end of a run and an interrupt always write one."),
  keepCheckpoints: z.int().min(1).default(2).describe('Latest checkpoints that are kept; the best one is kept beside them.'),
  patience: z.int().min(1).optional().describe('Stop after so many evaluations in a row in which the watched metric got no better, and go back to the best checkpoint, which is kept beside the latest ones.'),
  watch: z.enum(allMetricNames).default('auc')
    .describe('The metric on the validation users that patience watches (never the test users). Knowledge tracing: auc, accuracy, loss, coldStartAuc; recommendation: auc, meanReciprocalRank, ndcgAt5, ndcgAt10, loss, coldStartAuc. Of loss lower is better.'),
});

export const engineSchema = z.strictObject({
  threads: z.int().min(1).optional().describe('Threads of one operation. Left out: all cores.'),
  device: z.enum(['auto', 'cpu', 'gpu']).optional()
    .describe("Where to compute. Left out, or auto: on an NVIDIA GPU where its driver is found and 'gram setup' has set one up, otherwise on the CPU. gpu is an error where there is none."),
  gpu: z.int().min(0).optional()
    .describe('Which GPU, from 0 among those that CUDA_VISIBLE_DEVICES leaves visible, in the order in which CUDA counts. Left out: the first. Given, it asks for a GPU as device gpu does.'),
  compile: z.enum(['graph', 'xla', 'clusters', 'off']).default('graph')
    .describe('How compiled steps run: as a graph of operations; compiled whole by XLA, where a function has no operation that XLA lacks; as a graph with clusters that XLA compiles; or not compiled, operation by operation.'),
  precision: z.enum(['float32', 'bfloat16']).default('float32')
    .describe("Of matrix products; weights and optimizers are float32 always. bfloat16 is faster where the processor has it ('gram doctor' says), and less exact."),
});

const optimizersSchema = z.strictObject({
  encoder: componentOr('adam').describe("Optimizer of the encoder's weights; its learningRate is 1e-4 unless given."),
  model: componentOr('adam').describe("Optimizer of the sequence model's weights; its learningRate is 1e-3 unless given."),
});

/** A configuration before plugins have checked their own options. */
export const configurationSchema = z.strictObject({
  seed: z.int().min(0).default(1).describe('Decides split, order of batches, initial weights and dropout.'),
  baseDirectory: z.string().optional().describe('Folder that relative paths start from. Left out: the folder of the configuration.'),
  data: component.extend(dataKeys).describe('The data set: its reader and that reader\'s options, and how histories are split and cut.'),
  tokenizer: componentOr('huggingface').describe('Turns the text of items into token ids.'),
  encoder: component.describe('CE, the item encoder.'),
  model: component.describe('CF, the sequence model.'),
  strategy: component.describe('How the gradient of the loss reaches the encoder.'),
  optimizers: optimizersSchema.prefault({}).describe('The two optimizers, each with its own state.'),
  training: trainingSchema.prefault({}).describe('How long and in what portions.'),
  engine: engineSchema.prefault({}).describe('Where tensors are computed.'),
  output: z.string().min(1).optional().describe("The run folder. Left out: 'runs/' and the name of the configuration."),
});

export type WrittenConfiguration = z.output<typeof configurationSchema>;
export type TrainingConfiguration = z.output<typeof trainingSchema>;
export type SplitConfiguration = z.output<typeof splitSchema>;
/** How impressions are made. */
export type RecommendationConfiguration = Pick<WrittenConfiguration['data'], 'historyLength' | 'negatives' | 'evaluationNegatives'>;
export type EngineConfiguration = z.output<typeof engineSchema>;
