import { dktProducts, type SequenceProducts } from './sequence-products.js';

/** The precisions that are timed, each against the peer in the same. */
export const precisions = ['float32', 'bfloat16'] as const;
export type BenchPrecision = (typeof precisions)[number];

/** One thing to time on both sides. */
export type PeerCase = TrainingCase | EncoderCase;

/** The same strategy and sequence model over the same windows. */
export interface TrainingCase {
  readonly kind: 'training';
  readonly name: string;
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
  readonly sequenceProducts: SequenceProducts;
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

/** Every strategy over one model of knowledge tracing. */
function knowledgeTracingCases(model: { readonly use: string }, peerModel: string, sequenceProducts: SequenceProducts): readonly TrainingCase[] {
  const of = (name: string, rest: Pick<TrainingCase, 'strategy' | 'peerArguments' | 'span'> & Partial<TrainingCase>): TrainingCase => ({
    kind: 'training', name: `${model.use} ${name}`, model, sequenceProducts, ...rest,
    peerArguments: ['--task', 'kt', '--model', peerModel, ...rest.peerArguments],
  });
  return [
    of('single-step', { strategy: { use: 'single-step' }, peerArguments: ['--strategy', 'single'], span: 'epoch' }),
    of('multi-step:1e', { strategy: { ...plainMultiStep, interval: '1e' }, peerArguments: ['--strategy', 'multi', '--interval', '1e'], span: 'epoch', windowSteps: 'epoch', itemsOfPass: 32 }),
    of('multi-step:10', { strategy: { ...plainMultiStep, interval: 10 }, peerArguments: ['--strategy', 'multi', '--interval', '10'], span: 'epoch', windowSteps: 10, itemsOfPass: 32 }),
    of('frozen', { strategy: { use: 'frozen' }, peerArguments: ['--strategy', 'frozen'], span: 'epoch' }),
    of('end-to-end', { strategy: { use: 'end-to-end' }, peerArguments: ['--strategy', 'e2e'], span: { warmUp: 8, steps: 16 } }),
  ];
}

function encoderCase(items: number, tokens: number): EncoderCase {
  return { kind: 'encoder', name: `encoder ${items}x${tokens}`, items, tokens };
}

/** All cases; another model of the peer's is another line here. */
export const cases: readonly PeerCase[] = [
  ...knowledgeTracingCases({ use: 'dkt' }, 'dkt', dktProducts),
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
