import type { PageBlock } from './page-blocks.js';

/**
 * A page as one bash script, as a reader types it into one terminal: folders that are gone into and variables that are set stay so from block to block.
 * Every command stands on the line that it has on the page, so that the shell's own line numbers are the page's.
 * @param fileOf where the text of a file block lies, to be copied into the folder that the reader is in
 */
export function pageScript(blocks: readonly PageBlock[], fileOf: (block: PageBlock) => string): string {
  const lines: string[] = [];
  const put = (line: number, text: string) => {
    while (lines.length < line) lines.push('');
    lines[line - 1] = text;
  };
  for (const block of blocks) {
    if (block.kind === 'file') put(block.firstLine, `mkdir -p ${quoted(folderOf(block.file!))} && cp ${quoted(fileOf(block))} ${quoted(block.file!)}`);
    else if (block.skip === undefined) putCommands(block, put);
  }
  return `${lines.join('\n')}\n`;
}

/** A block that is to fail runs in a subshell, whose exit code is compared at the closing fence. */
function putCommands({ firstLine, lastLine, text, exitCode }: PageBlock, put: (line: number, text: string) => void): void {
  put(firstLine, exitCode === 0 ? ':' : 'trap - ERR; set +e; ( set -e');
  text.trimEnd().split('\n').forEach((command, index) => put(firstLine + 1 + index, command));
  put(lastLine, exitCode === 0 ? ':' : `); found=$?; set -e; trap "$on_error" ERR; expect_exit ${firstLine} ${exitCode} $found`);
}

function folderOf(file: string): string {
  return file.includes('/') ? file.slice(0, file.lastIndexOf('/')) : '.';
}

function quoted(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`;
}
