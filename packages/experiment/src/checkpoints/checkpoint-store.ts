import { existsSync } from 'node:fs';
import { readdir, readFile, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { makeFolder } from '@gramkit/data';
import { GramkitError, isGramkitError, type Json } from '@gramkit/spec';
import { unwritable, writeJson, type JsonRecord } from '../run/write-file.js';
import { checkConfiguration } from './check-configuration.js';
import type { CheckpointPart } from './checkpoint-part.js';
import { fileChecksum } from './file-checksum.js';
import { readStateTensors, writeStateTensors } from './tensor-file.js';

const formatVersion = 1;

const partialPrefix = '.partial-';

/** What a checkpoint says of itself: `checkpoint.json`. */
export interface CheckpointManifest {
  readonly formatVersion: number;
  /** Steps made. */
  readonly step: number;
  /** Whether training had come to its end. */
  readonly finished: boolean;
  /** Whether a strategy was left in the middle of what comes after these steps: another step, the end of the epoch or of the run. */
  readonly begun?: boolean;
  /** The configuration as written into the run folder. */
  readonly configuration: JsonRecord;
  /** Where training stands: position, counters, early stopping. */
  readonly progress: JsonRecord;
  readonly parts: Readonly<Record<string, { readonly file: string; readonly sha256: string; readonly values: JsonRecord }>>;
}

/** A checkpoint that is whole on disk. */
export interface SavedCheckpoint {
  readonly directory: string;
  readonly manifest: CheckpointManifest;
}

export type CheckpointContent = Pick<CheckpointManifest, 'step' | 'finished' | 'begun' | 'configuration' | 'progress'>;

/** The checkpoints of a run: a folder each, named after its step. A folder is there whole or not at all. */
export class CheckpointStore {
  constructor(
    readonly directory: string,
    private readonly keep: number,
  ) {}

  /** Names of the checkpoints, the earliest first. */
  async list(): Promise<readonly string[]> {
    const entries = await readdir(this.directory).catch(() => []);
    return entries.filter((entry) => /^\d+(-begun|-finished)?$/.test(entry)).sort();
  }

  /**
   * Writes a checkpoint and removes the oldest beyond the number to keep; the best one stays.
   * @throws GramkitError OUTPUT_UNWRITABLE; nothing half-written stays under the checkpoint's name.
   */
  async save(content: CheckpointContent, parts: readonly CheckpointPart[]): Promise<SavedCheckpoint> {
    const target = join(this.directory, nameOf(content));
    const partial = join(this.directory, `${partialPrefix}${nameOf(content)}`);
    try {
      await rm(partial, { recursive: true, force: true });
      await makeFolder(partial);
      const manifest = await writeParts(partial, content, parts);
      await writeJson(join(partial, 'checkpoint.json'), manifest);
      await rm(target, { recursive: true, force: true });
      await rename(partial, target);
      await this.#prune(nameOf(content));
      return { directory: target, manifest };
    } catch (cause) {
      await rm(partial, { recursive: true, force: true }).catch(() => undefined);
      throw isGramkitError(cause) ? cause : unwritable(target, cause);
    }
  }

  /** Marks a checkpoint as the best so far: it outlives later ones. */
  async markBest(checkpoint: SavedCheckpoint): Promise<void> {
    await writeJson(this.#bestFile, { checkpoint: nameOf(checkpoint.manifest) });
    await this.#prune(nameOf(checkpoint.manifest));
  }

  /** The last checkpoint; nothing where there is none. @throws GramkitError CHECKPOINT_CORRUPT */
  async latest(): Promise<SavedCheckpoint | undefined> {
    const last = (await this.list()).at(-1);
    return last === undefined ? undefined : readManifest(join(this.directory, last));
  }

  /** The checkpoint marked best; nothing where none was. @throws GramkitError CHECKPOINT_CORRUPT */
  async best(): Promise<SavedCheckpoint | undefined> {
    const name = await this.#bestName();
    return name === undefined ? undefined : readManifest(join(this.directory, name));
  }

  /** Removes the checkpoints of a finish that is to be undone, and gives the last one before it. */
  async dropFinished(): Promise<SavedCheckpoint | undefined> {
    for (const name of await this.list()) if (name.endsWith('-finished')) await rm(join(this.directory, name), { recursive: true, force: true });
    return this.latest();
  }

  async #bestName(): Promise<string | undefined> {
    if (!existsSync(this.#bestFile)) return undefined;
    return (JSON.parse(await readFile(this.#bestFile, 'utf8')) as { readonly checkpoint: string }).checkpoint;
  }

  get #bestFile(): string {
    return join(this.directory, 'best.json');
  }

  async #prune(newest: string): Promise<void> {
    const best = await this.#bestName();
    const names = await this.list();
    const surplus = names.slice(0, Math.max(0, names.length - this.keep)).filter((name) => name !== best && name !== newest);
    for (const name of [...surplus, ...(await this.#abandoned())]) await rm(join(this.directory, name), { recursive: true, force: true });
  }

  /** What a killed process was writing. */
  async #abandoned(): Promise<readonly string[]> {
    return (await readdir(this.directory)).filter((entry) => entry.startsWith(partialPrefix));
  }
}

/**
 * Puts a checkpoint's state into the parts, each file checked against its checksum first.
 * @throws GramkitError CHECKPOINT_CORRUPT with the file; CHECKPOINT_MISMATCH where the configuration or a part is another.
 */
export async function restoreCheckpoint({ directory, manifest }: SavedCheckpoint, configuration: JsonRecord, parts: readonly CheckpointPart[]): Promise<void> {
  checkConfiguration(manifest.configuration, configuration, directory);
  for (const part of parts) {
    const saved = manifest.parts[part.name];
    if (saved === undefined) throw new GramkitError('CHECKPOINT_MISMATCH', `the checkpoint holds no ${part.name}`, { file: directory, alternatives: Object.keys(manifest.parts) });
    await verifyChecksum(join(directory, saved.file), saved.sha256);
  }
  for (const part of parts) {
    const saved = manifest.parts[part.name]!;
    const { tensors, dispose } = await readStateTensors(join(directory, saved.file));
    try {
      part.restore({ tensors, values: saved.values });
    } finally {
      dispose();
    }
  }
}

async function verifyChecksum(file: string, expected: string): Promise<void> {
  const found = await fileChecksum(file).catch((cause: unknown) => {
    throw new GramkitError('CHECKPOINT_CORRUPT', `cannot be read: ${(cause as Error).message}`, { file, fix: 'Remove this checkpoint; the one before it will be used.', cause });
  });
  if (found !== expected) {
    throw new GramkitError('CHECKPOINT_CORRUPT', `its checksum is ${found}, its checkpoint.json says ${expected}`, { file, fix: 'Remove this checkpoint; the one before it will be used.' });
  }
}

async function writeParts(folder: string, content: CheckpointContent, parts: readonly CheckpointPart[]): Promise<CheckpointManifest> {
  const written: Record<string, { file: string; sha256: string; values: JsonRecord }> = {};
  for (const part of parts) {
    const file = `${part.name}.safetensors`;
    const saved = part.save();
    try {
      await writeStateTensors(join(folder, file), saved.tensors);
    } finally {
      part.release(saved);
    }
    written[part.name] = { file, sha256: await fileChecksum(join(folder, file)), values: saved.values as Record<string, Json> };
  }
  return { formatVersion, ...content, parts: written };
}

async function readManifest(directory: string): Promise<SavedCheckpoint> {
  const file = join(directory, 'checkpoint.json');
  let manifest: CheckpointManifest;
  try {
    manifest = JSON.parse(await readFile(file, 'utf8')) as CheckpointManifest;
  } catch (cause) {
    throw new GramkitError('CHECKPOINT_CORRUPT', `cannot be read: ${(cause as Error).message}`, { file, fix: 'Remove this checkpoint; the one before it will be used.', cause });
  }
  if (manifest.formatVersion !== formatVersion) {
    throw new GramkitError('CHECKPOINT_MISMATCH', `it has format version ${manifest.formatVersion}; this Gramkit reads version ${formatVersion}`, { file, fix: 'Use the release of Gramkit that wrote it.' });
  }
  return { directory, manifest };
}

/** Steps with leading zeros, so that names sort as states follow one another: after a step, with what comes then begun, with the run finished. */
function nameOf({ step, finished, begun = false }: Pick<CheckpointManifest, 'step' | 'finished' | 'begun'>): string {
  return `${String(step).padStart(9, '0')}${finished ? '-finished' : begun ? '-begun' : ''}`;
}
