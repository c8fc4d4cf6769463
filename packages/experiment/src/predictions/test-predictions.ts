import { type FileHandle, open } from 'node:fs/promises';
import { OutputFile } from '@gramkit/data';
import { GramkitError, type Task, tasks } from '@gramkit/spec';
import { readSafetensorsHeader, safetensorsPrefix, type SafetensorsHeader, type TensorEntry } from '@gramkit/tensor';
import type { MeasuredImpression } from '../metrics/recommendation-metrics.js';

/** Values of a row, four bytes each. A number of a float32 column is kept as its bits. */
export const predictionColumns = {
  'knowledge-tracing': ['score (bits of float32)', '4 * user + 2 * (item unseen in training) + (response right)'],
  recommendation: ['user', ...['auc', 'reciprocal rank', 'nDCG@5', 'nDCG@10', 'loss', 'cold-start auc, or NaN'].map((name) => `${name} (bits of float32)`)],
} as const satisfies Record<Task, readonly string[]>;

const tensorName = 'predictions';
/** Rows of one read. */
const blockRows = 1 << 16;
/** Room for the header, which tells how many rows follow. */
const prefixBytes = 1024;

/** Takes the predictions of an evaluation one by one. */
export interface PredictionRecorder {
  /** Knowledge tracing: one response. */
  response(score: number, correct: boolean, seen: boolean, user: number): void;
  /** Recommendation: one impression with candidates of both classes. */
  impression(measured: MeasuredImpression, user: number): void;
  /** Lets what was recorded go to disk. */
  flush(): Promise<void>;
}

/**
 * Writes what the bootstrap needs of every prediction into one safetensors file: a tensor `predictions` int32 `[rows, columns]` whose columns the
 * metadata name. Memory does not grow with the predictions, and the file appears when it is whole.
 */
export class PredictionsWriter implements PredictionRecorder {
  readonly #columns: number;
  #integers = new Int32Array(1 << 14);
  #floats = new Float32Array(this.#integers.buffer);
  #filled = 0;
  #rows = 0;

  private constructor(
    private readonly task: Task,
    private readonly output: OutputFile,
  ) {
    this.#columns = predictionColumns[task].length;
  }

  /** @throws GramkitError OUTPUT_UNWRITABLE */
  static async create(file: string, task: Task): Promise<PredictionsWriter> {
    const output = await OutputFile.create(file);
    await output.append(new Uint8Array(prefixBytes));
    return new PredictionsWriter(task, output);
  }

  response(score: number, correct: boolean, seen: boolean, user: number): void {
    this.#reserve();
    this.#floats[this.#filled] = score;
    this.#integers[this.#filled + 1] = 4 * user + (seen ? 0 : 2) + (correct ? 1 : 0);
    this.#filled += 2;
  }

  impression({ auc, reciprocalRank, ndcgAt5, ndcgAt10, loss, coldStartAuc }: MeasuredImpression, user: number): void {
    this.#reserve();
    this.#integers[this.#filled] = user;
    this.#floats.set([auc, reciprocalRank, ndcgAt5, ndcgAt10, loss, coldStartAuc ?? Number.NaN], this.#filled + 1);
    this.#filled += this.#columns;
  }

  async flush(): Promise<void> {
    this.#rows += this.#filled / this.#columns;
    const bytes = new Uint8Array(this.#integers.buffer, 0, 4 * this.#filled);
    this.#filled = 0;
    await this.output.append(bytes);
  }

  /** Gives the file its name. @throws GramkitError OUTPUT_UNWRITABLE */
  async finish(): Promise<void> {
    await this.flush();
    const shape = [this.#rows, this.#columns];
    const header = safetensorsPrefix({ [tensorName]: { dtype: 'int32', shape } }, { task: this.task, columns: JSON.stringify(predictionColumns[this.task]) });
    // Spaces after the JSON belong to the header.
    const prefix = Buffer.alloc(prefixBytes, ' ');
    prefix.set(header);
    prefix.writeBigUInt64LE(BigInt(prefixBytes - 8));
    await this.output.writeAtStart(prefix);
    await this.output.finish();
  }

  /** Takes away what was written; after `finish` nothing happens. */
  discard(): Promise<void> {
    return this.output.discard();
  }

  #reserve(): void {
    if (this.#filled + this.#columns <= this.#integers.length) return;
    const larger = new Int32Array(2 * this.#integers.length);
    larger.set(this.#integers);
    this.#integers = larger;
    this.#floats = new Float32Array(larger.buffer);
  }
}

/** Rows of predictions, valid until the next ones are asked for; both arrays are views of the same bytes. */
export interface PredictionBlock {
  readonly rows: number;
  readonly integers: Int32Array;
  readonly floats: Float32Array;
}

/** The predictions of an evaluation on disk, read in blocks. */
export class StoredPredictions {
  private constructor(
    readonly file: string,
    readonly task: Task,
    private readonly entry: TensorEntry,
  ) {}

  /** @throws GramkitError MODEL_FILE_MISSING, MODEL_FILE_CORRUPT */
  static async open(file: string): Promise<StoredPredictions> {
    const header = await readSafetensorsHeader(file);
    const task = tasks.find((name) => name === header.metadata['task']);
    const entry = header.entries.get(tensorName);
    if (task === undefined || entry === undefined || !isTable(entry, predictionColumns[task].length)) throw notPredictions(header);
    return new StoredPredictions(file, task, entry);
  }

  /** Responses, or impressions. */
  get rows(): number {
    return this.entry.shape[0]!;
  }

  /** @throws GramkitError MODEL_FILE_CORRUPT where the file ends before its header says. */
  async *blocks(): AsyncGenerator<PredictionBlock> {
    const [rows, columns] = this.entry.shape as [number, number];
    const integers = new Int32Array(Math.min(rows, blockRows) * columns);
    const floats = new Float32Array(integers.buffer);
    const handle = await open(this.file, 'r');
    try {
      for (let first = 0; first < rows; first += blockRows) {
        const count = Math.min(blockRows, rows - first);
        await this.#fill(handle, new Uint8Array(integers.buffer, 0, 4 * count * columns), this.entry.begin + 4 * first * columns);
        yield { rows: count, integers, floats };
      }
    } finally {
      await handle.close();
    }
  }

  async #fill(handle: FileHandle, bytes: Uint8Array, begin: number): Promise<void> {
    for (let done = 0; done < bytes.length; ) {
      const { bytesRead } = await handle.read(bytes, done, bytes.length - done, begin + done);
      if (bytesRead === 0) throw new GramkitError('MODEL_FILE_CORRUPT', 'the predictions end before their header says', { file: this.file, fix: 'Evaluate the run again.' });
      done += bytesRead;
    }
  }
}

function isTable({ elementType, shape }: TensorEntry, columns: number): boolean {
  return elementType === 'I32' && shape.length === 2 && shape[1] === columns;
}

function notPredictions({ file }: SafetensorsHeader): GramkitError {
  return new GramkitError('MODEL_FILE_CORRUPT', "these are no predictions of a run's test users", { file, field: tensorName, fix: 'Train the run again, or compare without it.' });
}
