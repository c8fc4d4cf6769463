import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { readers } from '@gramkit/data';
import { afterAll, describe, expect, it } from 'vitest';
import { explainedFailures } from '../testing/failed-checks.js';
import { readerChecks, testReader } from './reader-checks.js';
import type { ReaderSubject } from './reader-subject.js';
import { linesPlugin, plantedBugs } from './testing/lines-reader.js';

const folders: string[] = [];
afterAll(() => folders.forEach((folder) => rmSync(folder, { recursive: true, force: true })));

/** A folder with files, until the tests end: tests are declared with its path. */
function folderWith(files: Readonly<Record<string, string>>): string {
  const folder = mkdtempSync(join(tmpdir(), 'gramkit-testkit-'));
  folders.push(folder);
  for (const [name, content] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, name)), { recursive: true });
    writeFileSync(join(folder, name), content);
  }
  return folder;
}

const lines = 'item\ta\tfirst\nitem\tb\tsecond\nanswer\tu\ta\t1\t1\nanswer\tu\tb\t0\t2\nanswer\tu\tc\t1\t3\nanswer\tu\ta\t0\t4\nanswer\tv\ta\t1\t2\nanswer\tv\tb\t1\t3\n';
const subject: ReaderSubject = {
  options: { file: 'log.tsv' },
  baseDirectory: folderWith({ 'log.tsv': lines }),
  other: { baseDirectory: folderWith({ 'log.tsv': `${lines}answer\tv\tb\t0\t9\n` }) },
  malformed: [{ baseDirectory: folderWith({ 'log.tsv': `${lines}answer\tv\tb\tmaybe\t9\n` }), file: 'log.tsv', line: 9 }],
  unreadable: [{ options: { file: 'none.tsv' }, code: 'DATA_MISSING' }],
  maximumChunk: 3,
};

describe('the checks of a reader', () => {
  it('let an honest one pass', async () => {
    expect(await explainedFailures(readerChecks(linesPlugin(), subject))).toEqual([]);
  });

  it.each(plantedBugs)('find one that $bug', async ({ check, plugin }) => {
    expect(await explainedFailures(readerChecks(plugin, subject))).toEqual([check]);
  });

  it('have a bug planted for each of them', () => {
    expect([...new Set(plantedBugs.map(({ check }) => check))].sort()).toEqual(readerChecks(linesPlugin(), subject).map(({ name }) => name).sort());
  });
});

const items = 'id,text\na,first\nb,second\n';
const log = 'user,item,response,t\nv,b,0,9\nu,b,0,2\nu,a,1,10\nv,a,1,3\nu,c,1,4\n';
const tabular = { interactions: 'log.csv', items: 'items.csv', columns: { time: 't' }, unknownItems: 'drop' };

testReader(readers.tabular, {
  options: tabular,
  baseDirectory: folderWith({ 'items.csv': items, 'log.csv': log }),
  other: { baseDirectory: folderWith({ 'items.csv': items, 'log.csv': `${log}u,a,0,11\n` }) },
  malformed: [
    { baseDirectory: folderWith({ 'items.csv': items, 'log.csv': `${log}u,a,maybe,11\n` }), file: 'log.csv', line: 7 },
    { baseDirectory: folderWith({ 'items.csv': `${items}a,again\n`, 'log.csv': log }), file: 'items.csv', line: 4 },
  ],
  unreadable: [{ options: { ...tabular, interactions: 'none.csv' }, code: 'DATA_MISSING' }],
});

const skills = '10\tScale Factor\n2\tParts of a Polynomial\n1\tArea Triangle\n';
const students = '3\n1,10,1\n0,1,1\n2\n2,1\n0,1\n';

testReader(readers.assistments, {
  options: { path: '.' },
  baseDirectory: folderWith({ 'skills.tsv': skills, 'train.csv': students }),
  other: { baseDirectory: folderWith({ 'skills.tsv': skills, 'train.csv': '3\n1,10,1\n0,1,0\n' }) },
  malformed: [
    { baseDirectory: folderWith({ 'skills.tsv': skills, 'train.csv': `${students}1\n2\n7\n` }), file: 'train.csv', line: 9 },
    { baseDirectory: folderWith({ 'skills.tsv': `${skills}no tab\n`, 'train.csv': students }), file: 'skills.tsv', line: 4 },
  ],
  unreadable: [{ options: { path: 'elsewhere' }, code: 'DATA_MISSING' }],
});

/** In the format of the corpus: Spanish by speakers of English. */
const exercises = `# prompt:I am a boy.
# user:XEinXf5+  countries:CO  days:0.003  client:web  session:lesson  format:reverse_translate  time:9
DRihrVmh0101  Yo      PRON    fPOS=PRON++  nsubj   2   1
DRihrVmh0102  soy     VERB    fPOS=VERB++  cop     2   0

# prompt:Good morning
# user:XEinXf5+  countries:CO  days:1.5  client:ios  session:lesson  format:reverse_tap  time:2
W+QU2fm70301  Buenos  ADJ     fPOS=ADJ++   amod   2   0
W+QU2fm70302  días    NOUN    fPOS=NOUN++  ROOT   0   0
`;
const track = 'es_en.slam.20190204.train';

testReader(readers.slam, {
  options: { path: '.', track: 'es_en', parts: ['train'] },
  baseDirectory: folderWith({ [track]: exercises }),
  other: { baseDirectory: folderWith({ [track]: exercises.replace('days:1.5', 'days:2.5') }) },
  malformed: [{ baseDirectory: folderWith({ [track]: exercises.replace('days:1.5', 'days:soon') }), file: track, line: 7 }],
  unreadable: [{ options: { path: 'elsewhere', track: 'es_en' }, code: 'DATA_MISSING' }],
});

const news = 'N1\tnews\tlocal\tOld bridge\tClosed for two winters.\tu\t[]\t[]\nN2\tsports\trun\tThe race\tA close one.\tu\t[]\t[]\nN3\tnews\tlocal\t\tWithout a title.\tu\t[]\t[]\n';
const behaviors = '1\tU7\t11/11/2019 9:05:58 AM\tN1 N3\tN2-1 N1-0\n2\tU7\t11/12/2019 9:05:58 AM\tN1\tN2-0 N1-1\n3\tU3\t11/11/2019 8:00:00 AM\t\tN1-1 N2-0\n';

testReader(readers.mind, {
  options: { path: '.' },
  baseDirectory: folderWith({ 'news.tsv': news, 'behaviors.tsv': behaviors }),
  other: { baseDirectory: folderWith({ 'news.tsv': news, 'behaviors.tsv': behaviors.replace('N2-1', 'N2-0') }) },
  malformed: [{ baseDirectory: folderWith({ 'news.tsv': news, 'behaviors.tsv': `${behaviors}4\tU3\tsoon\t\tN1-1\n` }), file: 'behaviors.tsv', line: 4 }],
  unreadable: [{ options: { path: 'elsewhere' }, code: 'DATA_MISSING' }],
});

testReader(readers.generated, { options: { users: 6, items: 16, interactionsPerUser: 5 }, other: { options: { users: 6, items: 16, interactionsPerUser: 5, seed: 1 } } });
testReader(readers['generated-news'], { options: { users: 4, items: 48, impressionsPerUser: 3, candidates: 3 }, other: { options: { users: 4, items: 48, impressionsPerUser: 3, candidates: 3, seed: 1 } } });
