/** One thing to time on both sides: the same strategy over the same number of steps. */
export interface PeerCase {
  readonly name: string;
  /** Steps of the sequence model that each side makes in one round. */
  readonly steps: number;
  readonly strategy: object;
  /** The same as arguments of the peer. */
  readonly peerArguments: readonly string[];
}

/** Multi-step as the peer runs it: one pass, rows at rate 1, no warm-up and no settling epoch. */
const plainMultiStep = { use: 'multi-step', passes: 1, rowRate: 1, warmUpEpochs: 0, settlingEpochs: 0, evaluateWindows: 'never' };

/** Cases by name. One epoch of ASSISTments 2009 is 105 steps of 32 windows. */
export const cases: readonly PeerCase[] = [
  { name: 'frozen', steps: 20, strategy: { use: 'frozen' }, peerArguments: ['--strategy', 'frozen'] },
  { name: 'single-step', steps: 12, strategy: { use: 'single-step' }, peerArguments: ['--strategy', 'single'] },
  { name: 'multi-step:10', steps: 20, strategy: { ...plainMultiStep, interval: 10 }, peerArguments: ['--strategy', 'multi', '--interval', '10', '--warmup', '0'] },
  { name: 'multi-step:1e', steps: 105, strategy: { ...plainMultiStep, interval: '1e' }, peerArguments: ['--strategy', 'multi', '--interval', '1e', '--warmup', '0'] },
  { name: 'end-to-end', steps: 4, strategy: { use: 'end-to-end' }, peerArguments: ['--strategy', 'e2e'] },
];
