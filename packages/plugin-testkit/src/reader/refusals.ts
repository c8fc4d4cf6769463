import { isGramkitError } from '@gramkit/spec';
import { demand } from '../check.js';
import { failsAsTheSubjectSays, failsWith, thrownBy } from '../common/error-codes.js';
import type { MalformedData, ReaderSubject } from './reader-subject.js';
import { withReader, type ReaderPlugin } from './reader-trial.js';
import { readAll } from './reading.js';

/** Wherever a line is wrong, file and line are named. */
export async function refusesMalformedRows(plugin: ReaderPlugin, subject: ReaderSubject, malformed: readonly MalformedData[]): Promise<void> {
  for (const data of malformed) {
    const where = `${data.file}:${data.line}`;
    const found = await thrownBy(() => withReader(plugin, subject, readAll, data));
    const mend = `throw new GramkitError('DATA_MALFORMED', …, { file, line }) with what was found and what was expected.`;
    demand(found !== undefined, `the data set with a wrong line at ${where} is read without an error`, mend);
    demand(isGramkitError(found.error) && found.error.code === 'DATA_MALFORMED', `the wrong line at ${where} gives '${String(found.error)}'`, mend);
    const { file, line } = found.error.details;
    demand(file?.endsWith(data.file) === true && line === data.line, `the wrong line at ${where} is said to be at ${file ?? 'no file'}:${line ?? 'no line'}`, mend);
  }
}

/** What cannot be created or read fails with its code. */
export async function throwsErrorsWithCodes(plugin: ReaderPlugin, subject: ReaderSubject): Promise<void> {
  await failsAsTheSubjectSays(plugin, subject);
  for (const { code, ...data } of subject.unreadable ?? []) {
    await failsWith([code], `reading ${JSON.stringify(data)}`, () => withReader(plugin, subject, readAll, data));
  }
}
