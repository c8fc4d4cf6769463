import { describe, expect, it } from 'vitest';
import { parsePage } from './page-blocks.js';

const page = (...lines: string[]) => parsePage(lines.join('\n'));
const problemsOf = (...lines: string[]) => page(...lines).problems.map(({ line, message }) => `${line}: ${message}`);

describe('parsePage', () => {
  it('finds commands and files with their lines, and leaves other blocks alone', () => {
    const { blocks, problems } = page('# Title', '```sh', 'npx gram doctor', '```', 'text', '```yaml', '# file: conf/a.yaml', 'seed: 1', '```', '```text', 'output', '```', '```js', '// file: b.mjs', '```');
    expect(problems).toEqual([]);
    expect(blocks).toEqual([
      { kind: 'commands', firstLine: 2, lastLine: 4, text: 'npx gram doctor\n', exitCode: 0 },
      { kind: 'file', firstLine: 6, lastLine: 9, text: '# file: conf/a.yaml\nseed: 1\n', exitCode: 0, file: 'conf/a.yaml' },
      { kind: 'file', firstLine: 13, lastLine: 15, text: '// file: b.mjs\n', exitCode: 0, file: 'b.mjs' },
    ]);
  });

  it('reads reasons, exit codes and names of files from the info string, beside the marks of VitePress', () => {
    const { blocks, problems } = page('```sh skip="downloads 6 GB"', 'a', '```', '```bash exit="2"', 'b', '```', '```csv {1,3} file="a.csv"', 'id', '```');
    expect(problems).toEqual([]);
    expect(blocks.map(({ skip, exitCode, file }) => [skip, exitCode, file])).toEqual([['downloads 6 GB', 0, undefined], [undefined, 2, undefined], [undefined, 0, 'a.csv']]);
  });

  it('reads blocks within lists', () => {
    const { blocks } = page('- one', '', '  ```sh', '  echo 1', '  ```');
    expect(blocks).toMatchObject([{ firstLine: 3, lastLine: 5, text: 'echo 1\n' }]);
  });

  it('demands a reason for what is not run', () => {
    expect(problemsOf('x', '```sh skip=""', 'a', '```')).toEqual([expect.stringMatching(/^2: 'skip' needs a reason/)]);
    expect(problemsOf('```sh skip', 'a', '```')).toEqual([expect.stringContaining("'skip' is no setting")]);
  });

  it('finds commands that would never be run for want of a language', () => {
    for (const command of ['npx gram train a.yaml', '$ npm run docs', 'npm install x', 'gram doctor', 'git clone x']) {
      expect(problemsOf('```', command, '```')).toEqual([expect.stringMatching(/^1: commands stand in a block of 'sh'/)]);
    }
    expect(problemsOf('```text', 'gramophone, and the program gram', '```')).toEqual([]);
  });

  it('refuses settings that mean nothing', () => {
    expect(problemsOf('```sh skip="x" loud="yes"', 'a', '```')).toEqual([expect.stringContaining("'loud' is no setting")]);
    expect(problemsOf('```yaml skip="x"', 'a', '```')).toEqual([expect.stringContaining("'skip' is for commands")]);
    expect(problemsOf('```sh exit="two"', 'a', '```')).toEqual([expect.stringContaining("not 'two'")]);
    expect(problemsOf('```sh file="a"', 'a', '```')).toEqual([expect.stringContaining("'file' is for files")]);
  });
});
