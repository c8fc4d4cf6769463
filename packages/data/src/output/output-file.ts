import { open, rename, unlink, type FileHandle } from 'node:fs/promises';
import { resolve } from 'node:path';
import { forgetPartial, partialPath } from './partial-path.js';
import { refuseUnwritable } from './refuse-unwritable.js';

/** A file that appears under its name only when it is whole. */
export class OutputFile {
  private constructor(
    private readonly file: string,
    private readonly beside: string,
    private readonly handle: FileHandle,
  ) {}

  /** @throws GramkitError OUTPUT_UNWRITABLE */
  static async create(file: string): Promise<OutputFile> {
    const beside = partialPath(file);
    const handle = await refuseUnwritable(file, () => open(beside, 'w'));
    return new OutputFile(resolve(file), beside, handle);
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
    forgetPartial(this.beside);
  }

  /** Takes away what was written; after `finish` nothing happens. */
  async discard(): Promise<void> {
    if (!forgetPartial(this.beside)) return;
    await this.handle.close();
    await unlink(this.beside).catch(() => {});
  }
}
