import { GramkitError } from '@gramkit/spec';
import { CheckpointStore, type SavedCheckpoint } from '../checkpoints/checkpoint-store.js';
import { type ConfigurationOptions, loadConfiguration } from '../configuration/resolve-configuration.js';
import type { ResolvedConfiguration } from '../configuration/resolved-configuration.js';
import { RunFolder } from './run-folder.js';

/** A run on disk: its configuration, and the checkpoint that its quality was reported of. */
export interface OpenedRun {
  readonly folder: RunFolder;
  readonly configuration: ResolvedConfiguration;
  readonly checkpoint: SavedCheckpoint;
}

/** @throws GramkitError RUN_NOT_FOUND where there is no run, or none that has come to a checkpoint; CHECKPOINT_CORRUPT. */
export async function openRun(runDirectory: string, options: Pick<ConfigurationOptions, 'plugins'> = {}): Promise<OpenedRun> {
  const folder = new RunFolder(runDirectory);
  folder.requireRun();
  // The folder may have been moved since it was written.
  const configuration = { ...(await loadConfiguration(folder.configuration, options)), output: folder.directory };
  const checkpoints = new CheckpointStore(folder.checkpoints, configuration.training.keepCheckpoints);
  const checkpoint = (await checkpoints.best()) ?? (await checkpoints.latest());
  if (checkpoint === undefined) {
    throw new GramkitError('RUN_NOT_FOUND', 'the run has no checkpoint yet', { file: folder.directory, fix: "Let 'gram train' come to its first checkpoint (training.checkpointEvery)." });
  }
  return { folder, configuration, checkpoint };
}
