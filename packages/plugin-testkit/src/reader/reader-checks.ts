import type { DatasetReader } from '@gramkit/spec';
import { demand, type ConformanceCheck } from '../check.js';
import { demandDeclared } from '../common/declared.js';
import { thrownBy } from '../common/error-codes.js';
import { refusesUnknownOptions } from '../common/unknown-options.js';
import { declareChecks } from '../declare-checks.js';
import { createComponent } from '../surroundings/create-component.js';
import { agreesOnItsTask, givesItems, givesResponses, givesWholeColumns, holdsOut, namesKnownItems, ordersByTime } from './content.js';
import type { ReaderSubject } from './reader-subject.js';
import { withReader, type ReaderPlugin } from './reader-trial.js';
import { refusesMalformedRows, throwsErrorsWithCodes } from './refusals.js';
import { countsWhatItLeavesOut, fingerprintsItsContent, readsTheSameTwice } from './repetition.js';

/** What every reader of data sets must do; of one that reads text, that it names a wrong line. */
export function readerChecks(plugin: ReaderPlugin, subject: ReaderSubject): readonly ConformanceCheck[] {
  const check = (name: string, work: (reader: DatasetReader) => Promise<void> | void): ConformanceCheck => ({ name, run: () => withReader(plugin, subject, work) });
  const { malformed } = subject;
  return [
    check('declares what it is', (reader) => demandDeclared(plugin, reader)),
    check('agrees on its task', (reader) => agreesOnItsTask(plugin, subject, reader)),
    check('gives items with ids and fields', givesItems),
    check('names known items', namesKnownItems),
    check('gives whole columns in bounded chunks', (reader) => givesWholeColumns(reader, subject)),
    check('gives responses of 0 and 1', givesResponses),
    check('orders the events of a user by time', ordersByTime),
    check('holds out whole users or last impressions', holdsOut),
    check('reads the same twice', readsTheSameTwice),
    { name: 'has a fingerprint of its content', run: () => fingerprintsItsContent(plugin, subject) },
    check('counts what it leaves out anew in every reading', countsWhatItLeavesOut),
    ...(malformed === undefined ? [] : [{ name: 'refuses malformed rows with file and line', run: () => refusesMalformedRows(plugin, subject, malformed) }]),
    { name: 'can be disposed twice', run: () => canBeDisposedTwice(plugin, subject) },
    { name: 'refuses unknown options', run: () => refusesUnknownOptions(plugin, subject) },
    { name: 'throws errors with codes', run: () => throwsErrorsWithCodes(plugin, subject) },
  ];
}

/** Declares the checks of a reader of data sets as tests of the calling file. */
export function testReader(plugin: ReaderPlugin, subject: ReaderSubject): void {
  declareChecks(`the reader '${plugin.name}'`, readerChecks(plugin, subject));
}

async function canBeDisposedTwice(plugin: ReaderPlugin, subject: ReaderSubject): Promise<void> {
  const reader = await createComponent(plugin, subject);
  reader.dispose();
  const thrown = await thrownBy(() => reader.dispose());
  demand(thrown === undefined, `a second disposal throws '${String(thrown?.error)}'`, 'let `dispose` do nothing where there is nothing left to free.');
}
