import MarkdownIt from 'markdown-it';

/** A fenced block of a page that is run, or written to a file for the commands behind it. */
export interface PageBlock {
  readonly kind: 'commands' | 'file';
  /** One-based lines of the page: the opening fence, and the closing one. */
  readonly firstLine: number;
  readonly lastLine: number;
  /** What stands between the fences. */
  readonly text: string;
  /** Of commands: why they are not run. */
  readonly skip?: string;
  /** Of commands: the exit code that the block must end with. */
  readonly exitCode: number;
  /** Of a file: its path, relative to the folder that the reader is in. */
  readonly file?: string;
}

/** What is wrong with a page before anything of it is run. */
export interface PageProblem {
  readonly line: number;
  readonly message: string;
}

export interface ParsedPage {
  readonly blocks: readonly PageBlock[];
  readonly problems: readonly PageProblem[];
}

const markdown = new MarkdownIt();
const commandLanguages = ['sh', 'bash'];
const commandPattern = /^\s*(\$ )?(npx |gram |npm (install|run|start|test|create|init)\b|git clone)/m;
const namedFile = /^(?:#|\/\/) file: (\S+)/;

/**
 * The blocks of a page that mean something to a reader's terminal. `sh` and `bash` blocks are commands; their info string may say
 * `skip="why they are not run"` or `exit="2"`. A block of any other language is a file where its first line is a comment `# file: NAME`
 * (or `// file: NAME`), or its info string says `file="NAME"`.
 */
export function parsePage(source: string): ParsedPage {
  const blocks: PageBlock[] = [];
  const problems: PageProblem[] = [];
  for (const token of markdown.parse(source, {})) {
    if (token.type !== 'fence' || token.map === null) continue;
    const line = token.map[0] + 1;
    const report = (message: string) => problems.push({ line, message });
    const block = readBlock(token.info, token.content, [line, token.map[1]], report);
    if (block !== undefined) blocks.push(block);
  }
  return { blocks, problems };
}

function readBlock(info: string, text: string, [firstLine, lastLine]: readonly [number, number], report: (message: string) => void): PageBlock | undefined {
  const [, language = '', rest = ''] = /^(\S*)\s*(.*)$/.exec(info.trim()) ?? [];
  const attributes = readAttributes(rest, report);
  const place = { firstLine, lastLine, text };
  if (commandLanguages.includes(language)) return commands(attributes, place, report);
  if (commandPattern.test(text) && language !== 'js' && language !== 'ts') report(`commands stand in a block of 'sh', not of '${language || 'no language'}'`);
  const file = attributes.get('file') ?? namedFile.exec(text)?.[1];
  for (const name of ['skip', 'exit']) if (attributes.has(name)) report(`'${name}' is for commands, and this block is of '${language || 'no language'}'`);
  return file === undefined ? undefined : { kind: 'file', ...place, exitCode: 0, file };
}

function commands(attributes: ReadonlyMap<string, string>, place: Pick<PageBlock, 'firstLine' | 'lastLine' | 'text'>, report: (message: string) => void): PageBlock {
  const skip = attributes.get('skip');
  const exit = attributes.get('exit') ?? '0';
  if (skip?.trim() === '') report("'skip' needs a reason: skip=\"downloads 6 GB\"");
  if (!/^\d+$/.test(exit)) report(`'exit' is an exit code, not '${exit}'`);
  if (attributes.has('file')) report("'file' is for files, and this block holds commands");
  return { kind: 'commands', ...place, exitCode: Number(exit), ...(skip === undefined ? {} : { skip }) };
}

function readAttributes(rest: string, report: (message: string) => void): ReadonlyMap<string, string> {
  const attributes = new Map<string, string>();
  const remains = rest.replace(/(\w+)="([^"]*)"/g, (_, name: string, value: string) => {
    if (!['skip', 'exit', 'file'].includes(name)) report(`'${name}' is no setting of a block: there are skip, exit and file`);
    attributes.set(name, value);
    return '';
  });
  // Braces and brackets are VitePress's: highlighted lines, the title of a tab.
  if (!/^\s*(\{[^}]*\}|\[[^\]]*\]|\s)*$/.test(remains)) report(`'${remains.trim()}' is no setting of a block: write NAME="VALUE"`);
  return attributes;
}
