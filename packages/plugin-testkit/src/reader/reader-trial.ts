import type { DatasetReader } from '@gramkit/spec';
import { createComponent } from '../surroundings/create-component.js';
import type { PluginOf } from '../surroundings/plugin-of.js';
import type { OtherData, ReaderSubject } from './reader-subject.js';

export type ReaderPlugin = PluginOf<'reader'>;

/** Does something with a reader of the subject's data, or of other data; then disposes it. */
export async function withReader<Result>(plugin: ReaderPlugin, subject: ReaderSubject, work: (reader: DatasetReader) => Promise<Result> | Result, { options, baseDirectory }: OtherData = {}): Promise<Result> {
  const reader = await createComponent(plugin, { ...subject, ...(options && { options }), ...(baseDirectory !== undefined && { baseDirectory }) });
  try {
    return await work(reader);
  } finally {
    reader.dispose();
  }
}
