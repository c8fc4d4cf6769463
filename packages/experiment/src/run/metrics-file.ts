import { closeSync, fstatSync, ftruncateSync, openSync, writeSync } from 'node:fs';
import { unwritable, type JsonRecord } from './write-file.js';

/** `metrics.jsonl`: one record a line. Lines are written at once, so that a killed run keeps them. */
export class MetricsFile {
  readonly #descriptor: number;
  #bytes: number;

  /** Opens for writing. What lies beyond `keepBytes` (lines after the checkpoint that a run goes on from) is cut off. */
  constructor(
    private readonly file: string,
    keepBytes = 0,
  ) {
    try {
      this.#descriptor = openSync(file, 'a');
      this.#bytes = Math.min(keepBytes, fstatSync(this.#descriptor).size);
      ftruncateSync(this.#descriptor, this.#bytes);
    } catch (cause) {
      throw unwritable(file, cause);
    }
  }

  /** Length of the file: a checkpoint remembers it. */
  get bytes(): number {
    return this.#bytes;
  }

  /** @throws GramkitError OUTPUT_UNWRITABLE */
  append(record: JsonRecord): void {
    try {
      this.#bytes += writeSync(this.#descriptor, `${JSON.stringify(record)}\n`);
    } catch (cause) {
      throw unwritable(this.file, cause);
    }
  }

  close(): void {
    closeSync(this.#descriptor);
  }
}
