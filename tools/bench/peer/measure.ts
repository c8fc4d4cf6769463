import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { program, train } from '../run-gram.js';
import type { PeerCase } from './cases.js';

/** What one side did in one round. */
export interface Measurement {
  readonly secondsPerStep: number;
  readonly peakMemoryBytes: number;
  readonly encoderItemsPerStep: number;
}

export interface PeerLocation {
  /** Folder of ASSISTments 2009. */
  readonly data: string;
  /** The peer's script and a Python that has PyTorch and transformers. */
  readonly script: string;
  readonly python: string;
}

/** DKT over MiniLM as the peer trains it: its split and batches (by the same hash), sizes and learning rates. */
export function configurationFor(data: string, strategy: object): object {
  return {
    seed: 1,
    data: { use: 'assistments', path: data, split: { test: 0.2, validation: 0 }, windowLength: 100 },
    encoder: { use: 'bert' },
    model: { use: 'dkt', hidden: 384, layers: 2 },
    strategy,
    optimizers: { encoder: { use: 'adam', learningRate: 5e-5 }, model: { use: 'adam', learningRate: 1e-3 } },
    engine: { threads: 2 },
  };
}

/** Seconds per step of ours: the mean over all steps but the first, as its report extrapolates an epoch. */
export async function measureGramkit(location: PeerLocation, { steps, strategy }: PeerCase): Promise<Measurement> {
  const report = await train({ ...configurationFor(location.data, strategy), training: { epochs: 1, batchSize: 32, lengthPool: 1, maximumSteps: steps } });
  return {
    secondsPerStep: report.secondsPerEpoch.seconds / report.stepsPerEpoch,
    peakMemoryBytes: report.peakMemoryBytes,
    encoderItemsPerStep: report.encoderItemsForward / report.steps,
  };
}

/** Seconds per step of the peer, by its own account: the mean over all steps but its two of warm-up. */
export async function measurePeer(location: PeerLocation, { steps, peerArguments }: PeerCase): Promise<Measurement> {
  const folder = await mkdtemp(join(tmpdir(), 'gram-bench-'));
  try {
    const result = join(folder, 'peer.json');
    const words = [location.script, '--task', 'kt', '--model', 'dkt', '--data', location.data, '--steps', String(steps), '--json', result, ...peerArguments];
    await program(location.python, words, { ...process.env, HF_HUB_OFFLINE: '1' });
    return measurementOf(JSON.parse(await readFile(result, 'utf8')) as PeerResult);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

interface PeerResult {
  readonly step_s: number;
  readonly peak_rss_gib: number;
  readonly encoder_items_trained_per_step: number;
  readonly encoder_items_forward_only_per_step: number;
}

function measurementOf(result: PeerResult): Measurement {
  return {
    secondsPerStep: result.step_s,
    peakMemoryBytes: result.peak_rss_gib * 2 ** 30,
    encoderItemsPerStep: result.encoder_items_trained_per_step + result.encoder_items_forward_only_per_step,
  };
}
