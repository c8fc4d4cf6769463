import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parsePage } from './page-blocks.js';
import { runPage } from './run-page.js';

const root = resolve(import.meta.dirname, '../..');

async function run(...lines: string[]) {
  const { blocks, problems } = parsePage(lines.join('\n'));
  expect(problems).toEqual([]);
  return (await runPage(blocks, root)).failure;
}

describe('runPage', () => {
  it('runs blocks in one shell, in order, with the files that the page shows', async () => {
    const failure = await run(
      '# Page', '```sh', 'mkdir deep', 'cd deep', 'here="$PWD"', '```',
      '```yaml', '# file: conf/a.yaml', "said: it's so", '```',
      '```sh', 'test "$PWD" = "$here"', "grep -q \"it's so\" conf/a.yaml", 'test "$(head -n 1 conf/a.yaml)" = "# file: conf/a.yaml"', '```',
    );
    expect(failure).toBeUndefined();
  });

  it('names the line of the command that failed, how it ended, and what was said last', async () => {
    const failure = await run('# Page', '', '```sh', 'echo before', 'cat \\', '  no-such-file', 'echo after > /dev/null', '```');
    expect(failure).toMatchObject({ message: expect.stringMatching(/^exit code 1: cat/) as string, output: expect.stringMatching(/before\n[^]*no-such-file/) as string });
    expect([5, 6]).toContain(failure!.line);
  });

  it('names the line within here-documents, substitutions, pipes and later blocks', async () => {
    expect(await run('```sh', "cat > a.csv <<'END'", 'id', 'END', 'true', '```', 'text', '```sh', 'false | cat', '```')).toMatchObject({ line: 9 });
    expect(await run('```sh', 'true', 'x="$(exit 3)"', '```')).toMatchObject({ line: 3, message: expect.stringContaining('exit code 3') as string });
  });

  it('says that the page ended where the shell itself cannot go on', async () => {
    expect(await run('```sh', 'if true; then', '```')).toMatchObject({ message: expect.stringContaining('exit code') as string });
  });

  it('wants the exit code that a block announces', async () => {
    expect(await run('```sh exit="2"', '(exit 2)', '```', '```sh', 'true', '```')).toBeUndefined();
    expect(await run('```sh exit="2"', 'true', '```')).toMatchObject({ line: 1, message: 'the block ended with exit code 0, not 2' });
    expect(await run('```sh exit="2"', '(exit 1)', '```')).toMatchObject({ line: 1, message: 'the block ended with exit code 1, not 2' });
    expect(await run('```sh exit="1"', 'false', '```', '```sh', 'false', '```')).toMatchObject({ line: 5 });
  });

  it('leaves out what says why', async () => {
    expect(await run('```sh skip="would fail"', 'false', '```')).toBeUndefined();
  });

  it("has this workspace's gram, as a command and as a package, in a folder that is gone afterwards", async () => {
    const failure = await run('```sh', 'npx gram --version', 'test -e node_modules/@gramkit/spec/package.json', 'pwd', 'false', '```');
    expect(failure).toMatchObject({ line: 5 });
    const folder = failure!.output.split('\n').at(-1)!;
    expect(folder).toContain('gramkit-page-');
    expect(existsSync(folder)).toBe(false);
  });
});
