import { readFile } from 'node:fs/promises';
import { GramkitError } from '@gramkit/spec';
import { CheckpointStore } from '../checkpoints/checkpoint-store.js';
import { formatConfiguration, type ResolvedConfiguration } from '../configuration/resolved-configuration.js';
import type { RunReport } from '../report/run-report.js';
import { RunFolder } from '../run/run-folder.js';

/** How far a run of a comparison has come already. */
export type RunState =
  | { readonly kind: 'absent' }
  /** Begun, with a checkpoint to go on from; or without one. */
  | { readonly kind: 'begun'; readonly canResume: boolean }
  | { readonly kind: 'done'; readonly report: RunReport };

/**
 * Looks into the output folder of a run.
 * @throws GramkitError OUTPUT_UNWRITABLE where a run of another configuration is there.
 */
export async function stateOfRun(configuration: ResolvedConfiguration): Promise<RunState> {
  const folder = new RunFolder(configuration.output);
  if (!folder.exists) return { kind: 'absent' };
  if ((await readFile(folder.configuration, 'utf8')) !== formatConfiguration(configuration)) {
    throw new GramkitError('OUTPUT_UNWRITABLE', 'there is a run of another configuration in this folder', {
      file: folder.configuration, fix: 'Train it anew (--overwrite), or compare into another folder (--output).',
    });
  }
  if (folder.hasReport) return { kind: 'done', report: (await folder.readJson(folder.report)) as RunReport };
  const latest = await new CheckpointStore(folder.checkpoints, configuration.training.keepCheckpoints).latest();
  return { kind: 'begun', canResume: latest !== undefined };
}
