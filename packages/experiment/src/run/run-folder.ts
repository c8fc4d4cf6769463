import { existsSync } from 'node:fs';
import { readdir, readFile, rm, rmdir } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { makeFolder } from '@gramkit/data';
import { GramkitError } from '@gramkit/spec';
import { unwritable } from './write-file.js';

/** The files of a run. */
export class RunFolder {
  readonly directory: string;

  constructor(directory: string) {
    this.directory = resolve(directory);
  }

  get configuration(): string {
    return join(this.directory, 'config.yaml');
  }

  get record(): string {
    return join(this.directory, 'run.json');
  }

  /** What components derived from the items that the run trains on (`TrainingCatalogue`). */
  get derived(): string {
    return join(this.directory, 'derived.json');
  }

  get metrics(): string {
    return join(this.directory, 'metrics.jsonl');
  }

  get events(): string {
    return join(this.directory, 'tensorboard');
  }

  get checkpoints(): string {
    return join(this.directory, 'checkpoints');
  }

  get report(): string {
    return join(this.directory, 'report.json');
  }

  /** What the bootstrap needs of every prediction on the test users. */
  get predictions(): string {
    return join(this.directory, 'test-predictions.safetensors');
  }

  /** Whether a run was begun here. */
  get exists(): boolean {
    return existsSync(this.configuration);
  }

  get hasReport(): boolean {
    return existsSync(this.report);
  }

  /**
   * Checks that a new run may begin here.
   * @throws GramkitError OUTPUT_UNWRITABLE where a run is there (and is not to be overwritten), or other files are.
   */
  async requireFree(overwrite: boolean): Promise<void> {
    const entries = await readdir(this.directory).catch(() => []);
    const [stranger] = entries;
    if (stranger === undefined || (this.exists && overwrite)) return;
    throw new GramkitError('OUTPUT_UNWRITABLE', this.exists ? 'there is a run in this folder already' : `the folder is not empty (it holds '${stranger}')`, {
      file: this.directory,
      fix: this.exists ? 'Resume it (--resume), overwrite it (--overwrite), or choose another output (--set output=…).' : 'Choose another output folder (--set output=…).',
    });
  }

  /**
   * Makes the folder for a new run. `overwrite` removes the files of a run that is there, and nothing else.
   * @throws GramkitError OUTPUT_UNWRITABLE
   */
  async create(overwrite: boolean): Promise<void> {
    await this.requireFree(overwrite);
    try {
      await makeFolder(this.directory);
      if (overwrite) await this.#clear();
    } catch (cause) {
      throw unwritable(this.directory, cause);
    }
  }

  /** Removes the files of a run, and the folder if nothing else is in it. */
  async discard(): Promise<void> {
    await this.#clear();
    await rmdir(this.directory).catch(() => undefined);
  }

  /** @throws GramkitError RUN_NOT_FOUND */
  requireRun(): void {
    if (this.exists) return;
    throw new GramkitError('RUN_NOT_FOUND', 'this is no folder of a run: there is no config.yaml in it', { file: this.directory, fix: "Give the output folder of 'gram train'." });
  }

  async readJson(file: string): Promise<unknown> {
    try {
      return JSON.parse(await readFile(file, 'utf8')) as unknown;
    } catch (cause) {
      throw new GramkitError('RUN_NOT_FOUND', `cannot be read: ${(cause as Error).message}`, { file, fix: 'The run has not come this far, or the file was damaged: train again.', cause });
    }
  }

  async #clear(): Promise<void> {
    for (const path of [this.checkpoints, this.events, this.metrics, this.record, this.derived, this.report, this.predictions, this.configuration]) await rm(path, { recursive: true, force: true });
  }
}
