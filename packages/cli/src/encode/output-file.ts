import { unlinkSync } from 'node:fs';
import { open, rename, unlink, type FileHandle } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import { GramkitError } from '@gramkit/spec';

/** Files that are being written: taken away also where the process is ended at once. */
const unfinished = new Set<string>();
process.on('exit', () => {
  for (const file of unfinished) unlinkQuietly(file);
});

/** A file that appears under its name only when it is whole. */
export class OutputFile {
  private constructor(
    private readonly file: string,
    private readonly beside: string,
    private readonly handle: FileHandle,
  ) {}

  /** @throws GramkitError OUTPUT_UNWRITABLE */
  static async create(file: string): Promise<OutputFile> {
    const target = resolve(file);
    const beside = join(dirname(target), `.${basename(target)}.${process.pid}.partial`);
    const handle = await refuseUnwritable(file, () => open(beside, 'w'));
    unfinished.add(beside);
    return new OutputFile(target, beside, handle);
  }

  /** @throws GramkitError OUTPUT_UNWRITABLE, for instance where the disk is full. */
  async append(content: string | Uint8Array): Promise<void> {
    await refuseUnwritable(this.file, () => this.handle.appendFile(content));
  }

  /** Overwrites the first bytes, for a header that tells how much follows. */
  async writeAtStart(content: Uint8Array): Promise<void> {
    await refuseUnwritable(this.file, () => this.handle.write(content, 0, content.length, 0));
  }

  /** Gives the file its name. */
  async finish(): Promise<void> {
    await refuseUnwritable(this.file, async () => {
      await this.handle.sync();
      await this.handle.close();
      await rename(this.beside, this.file);
    });
    unfinished.delete(this.beside);
  }

  /** Takes away what was written; after `finish` nothing happens. */
  async discard(): Promise<void> {
    if (!unfinished.delete(this.beside)) return;
    await this.handle.close();
    await unlink(this.beside).catch(() => {});
  }
}

async function refuseUnwritable<Result>(file: string, write: () => Promise<Result>): Promise<Result> {
  try {
    return await write();
  } catch (cause) {
    throw new GramkitError('OUTPUT_UNWRITABLE', `cannot write the output (${(cause as Error).message})`, {
      file,
      fix: 'check that the folder exists and is yours to write, and that its disk has room',
      cause,
    });
  }
}

function unlinkQuietly(file: string): void {
  try {
    unlinkSync(file);
  } catch {
    // It is gone already.
  }
}
