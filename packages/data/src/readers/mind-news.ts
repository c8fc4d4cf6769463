import { GramkitError, type ItemContent } from '@gramkit/spec';
import type { LeftOut } from './left-out.js';
import type { MindOptions } from './mind-options.js';
import { numberedLines } from './numbered-lines.js';

const newsHelp = 'a news is a line of id, category, subcategory, title, abstract, URL, entities of the title and entities of the abstract, tabs between them';
const fewestColumns = 5;
const mostColumns = 8;

/** News in a stretch. */
const stretchLength = 1024;

/**
 * The news of files in MIND's format, each once: a news that a later file holds again is that of the first. Those without a text in one of the required
 * fields are left out.
 * @throws GramkitError DATA_MALFORMED with file and line, DATA_EMPTY for a file without news.
 */
export async function* readNews(files: readonly string[], bodies: ReadonlyMap<string, string>, { requiredFields }: Pick<MindOptions, 'requiredFields'>, leftOut: LeftOut): AsyncGenerator<ItemContent[]> {
  const known = new Set<string>();
  let stretch: ItemContent[] = [];
  for (const file of files) {
    for await (const news of newsOf(file, bodies)) {
      if (known.has(news.id)) continue;
      known.add(news.id);
      if (requiredFields.every((field) => (news.fields[field] ?? '').trim() === '')) {
        leftOut.add(`news without ${requiredFields.join(' or ')}`);
        continue;
      }
      if (stretch.push(news) < stretchLength) continue;
      yield stretch;
      stretch = [];
    }
  }
  if (stretch.length > 0) yield stretch;
}

async function* newsOf(file: string, bodies: ReadonlyMap<string, string>): AsyncGenerator<ItemContent> {
  const ids = new Set<string>();
  for await (const { number: line, text } of numberedLines(file)) {
    if (text.trim() === '') continue;
    const columns = text.split('\t');
    if (columns.length < fewestColumns || columns.length > mostColumns) {
      throw new GramkitError('DATA_MALFORMED', `the line has ${columns.length} columns, expected ${mostColumns} (the last three may be left out)`, { file, line, fix: newsHelp });
    }
    const [id = '', category = '', subcategory = '', title = '', abstract = ''] = columns.map((column) => column.trim());
    assertId(id, file, line);
    if (ids.has(id)) throw new GramkitError('DATA_MALFORMED', `news '${id}' is there twice`, { file, line, field: 'id', fix: 'keep one of the two lines' });
    ids.add(id);
    const body = bodies.get(id);
    yield { id, fields: { title, abstract, category, subcategory, ...(body === undefined ? {} : { body }) } };
  }
  if (ids.size === 0) throw new GramkitError('DATA_EMPTY', 'there are no news', { file, fix: newsHelp });
}

/** The bodies of news by id. @throws GramkitError DATA_MALFORMED, DATA_MISSING */
export async function readBodies(file: string | undefined): Promise<Map<string, string>> {
  const bodies = new Map<string, string>();
  if (file === undefined) return bodies;
  for await (const { number: line, text } of numberedLines(file)) {
    if (text.trim() === '') continue;
    const tab = text.indexOf('\t');
    if (tab < 0) throw new GramkitError('DATA_MALFORMED', 'the line has no tab, expected the id of a news, a tab and its body', { file, line, field: 'body', fix: 'write line ends and tabs within a body as spaces' });
    const id = text.slice(0, tab).trim();
    assertId(id, file, line);
    if (bodies.has(id)) throw new GramkitError('DATA_MALFORMED', `news '${id}' is there twice`, { file, line, field: 'id', fix: 'keep one of the two lines' });
    bodies.set(id, text.slice(tab + 1).trim());
  }
  return bodies;
}

/** An id of several words could not stand in a list of behaviors.tsv. */
function assertId(id: string, file: string, line: number): void {
  if (/^\S+$/.test(id)) return;
  throw new GramkitError('DATA_MALFORMED', id === '' ? 'the id is missing' : `the id '${id.slice(0, 40)}' has a space in it`, { file, line, field: 'id', fix: newsHelp });
}
