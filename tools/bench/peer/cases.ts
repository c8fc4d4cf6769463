import { dktProducts, dktSizes, saktProducts, type SequenceProducts } from './sequence-products.js';

/** The precisions that are timed, each against the peer in the same. */
export const precisions = ['float32', 'bfloat16'] as const;
export type BenchPrecision = (typeof precisions)[number];

/** One thing to time on both sides. */
export type PeerCase = TrainingCase | EncoderCase;

/** The data sets that both sides read, each from a folder of its own. */
export const dataSets = ['assistments', 'goodreads'] as const;
export type DataSet = (typeof dataSets)[number];

/** The same strategy and sequence model over the same windows or, of recommendation, the same impressions. */
export interface TrainingCase {
  readonly kind: 'training';
  readonly name: string;
  readonly dataSet: DataSet;
  /** Sections of our configuration. */
  readonly model: object;
  readonly strategy: object;
  /** The same as arguments of the peer. */
  readonly peerArguments: readonly string[];
  /** `epoch`: the second epoch, whole. Otherwise so many steps after so many that warm up. */
  readonly span: 'epoch' | { readonly warmUp: number; readonly steps: number };
  /** How many windows of the strategy an epoch is cut into, where the peer counts its warm-up in them. */
  readonly windowSteps?: number | 'epoch';
  /** Items that a pass of the encoder holds, where it is not all of a step's. */
  readonly itemsOfPass?: number;
  /** Absent where they are not counted: of NRMS, whose batches do not say how long their histories are. */
  readonly sequenceProducts?: SequenceProducts;
}

/** A step of the encoder alone: forward, backward and Adam over all weights. */
export interface EncoderCase {
  readonly kind: 'encoder';
  readonly name: string;
  readonly items: number;
  readonly tokens: number;
}

export const batchSize = 32;

/** Multi-step as the peer runs it: one pass, rows at rate 1, no warm-up and no settling epoch. */
const plainMultiStep = { use: 'multi-step', passes: 1, rowRate: 1, miniBatch: 32, warmUpEpochs: 0, settlingEpochs: 0, evaluateWindows: 'never' };

type CaseParts = Pick<TrainingCase, 'strategy' | 'peerArguments' | 'span'> & Partial<TrainingCase>;

/** Every strategy over one model of knowledge tracing. */
function knowledgeTracingCases(model: { readonly use: string; readonly [option: string]: unknown }, sequenceProducts: SequenceProducts): readonly TrainingCase[] {
  const of = (name: string, rest: CaseParts): TrainingCase => ({
    kind: 'training', name: `${model.use} ${name}`, dataSet: 'assistments', model, sequenceProducts, ...rest,
    peerArguments: ['--task', 'kt', '--model', model.use, ...rest.peerArguments],
  });
  return [
    of('single-step', { strategy: { use: 'single-step' }, peerArguments: ['--strategy', 'single'], span: 'epoch' }),
    of('multi-step:1e', { strategy: { ...plainMultiStep, interval: '1e' }, peerArguments: ['--strategy', 'multi', '--interval', '1e'], span: 'epoch', windowSteps: 'epoch', itemsOfPass: 32 }),
    of('multi-step:10', { strategy: { ...plainMultiStep, interval: 10 }, peerArguments: ['--strategy', 'multi', '--interval', '10'], span: 'epoch', windowSteps: 10, itemsOfPass: 32 }),
    of('frozen', { strategy: { use: 'frozen', diskCache: 0 }, peerArguments: ['--strategy', 'frozen'], span: 'epoch' }),
    of('end-to-end', { strategy: { use: 'end-to-end' }, peerArguments: ['--strategy', 'e2e'], span: { warmUp: 8, steps: 16 } }),
  ];
}

/** Histories of the peer's recommendation at most. */
export const historyLength = 8;

/** An epoch has 3,510 steps: what trains the encoder at every step is timed on a part of one, the same batches on both sides. */
function recommendationCases(): readonly TrainingCase[] {
  const of = (name: string, rest: CaseParts): TrainingCase => ({
    kind: 'training', name: `nrms ${name}`, dataSet: 'goodreads', model: { use: 'nrms', heads: 8 }, ...rest,
    peerArguments: ['--task', 'news', '--model', 'nrms', '--seq-len', String(historyLength), ...rest.peerArguments],
  });
  return [
    of('single-step', { strategy: { use: 'single-step' }, peerArguments: ['--strategy', 'single'], span: { warmUp: 16, steps: 48 } }),
    of('multi-step:1e', { strategy: { ...plainMultiStep, interval: '1e' }, peerArguments: ['--strategy', 'multi', '--interval', '1e'], span: 'epoch', windowSteps: 'epoch', itemsOfPass: 32 }),
    of('multi-step:10', { strategy: { ...plainMultiStep, interval: 10 }, peerArguments: ['--strategy', 'multi', '--interval', '10'], span: { warmUp: 20, steps: 40 }, windowSteps: 10, itemsOfPass: 32 }),
    of('frozen', { strategy: { use: 'frozen', diskCache: 0 }, peerArguments: ['--strategy', 'frozen'], span: { warmUp: 100, steps: 1000 } }),
    of('end-to-end', { strategy: { use: 'end-to-end' }, peerArguments: ['--strategy', 'e2e'], span: { warmUp: 16, steps: 32 } }),
  ];
}

function encoderCase(items: number, tokens: number): EncoderCase {
  return { kind: 'encoder', name: `encoder ${items}x${tokens}`, items, tokens };
}

/** All cases; another model of the peer's is another line here. */
export const cases: readonly PeerCase[] = [
  ...knowledgeTracingCases({ use: 'dkt', ...dktSizes }, dktProducts),
  ...knowledgeTracingCases({ use: 'sakt', heads: 8 }, saktProducts),
  ...recommendationCases(),
  encoderCase(8, 16),
  encoderCase(64, 32),
  encoderCase(76, 8),
];

/** The cases of that list of names, in its order. @throws Error naming those that there are. */
export function casesNamed(list: string): readonly PeerCase[] {
  return list.split(',').map((name) => {
    const found = cases.find((candidate) => candidate.name === name.trim());
    if (found === undefined) throw new Error(`no case '${name}'; there is: ${cases.map((candidate) => candidate.name).join(', ')}`);
    return found;
  });
}
