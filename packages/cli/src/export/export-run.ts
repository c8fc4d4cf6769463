import { exportEmbeddings, exportPretrained } from '@gramkit/experiment';
import { GramkitError } from '@gramkit/spec';
import type { ExportCommandOptions } from '../commands/export.js';
import { displayLogger } from '../runs/display-logger.js';
import type { Session } from '../session.js';

/** Exports a run in the format that is asked for and prints what was written. */
export async function exportRun(session: Session, run: string, { format, output, items, overwrite }: ExportCommandOptions): Promise<void> {
  const options = { overwrite: overwrite ?? false, signal: session.signal, logger: displayLogger(session) };
  if (format === 'embeddings') {
    const written = await exportEmbeddings(run, output, items === undefined ? options : { ...options, items });
    session.print({ format, ...written }, `Wrote the vectors of ${written.items.toLocaleString('en')} items (${written.dimension} numbers each) into ${written.files.join(' and ')}.`);
    return;
  }
  if (items !== undefined) throw new GramkitError('USAGE', '--items goes with --format embeddings: a model has no items', { fix: 'leave --items out' });
  const written = await exportPretrained(run, output, options);
  session.print({ format, ...written }, `Wrote the encoder (${written.dimension} numbers a text, ${written.maximumLength} tokens at most) into ${output}: AutoModel.from_pretrained and SentenceTransformer load it.`);
}
