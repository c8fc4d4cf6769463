import { runCommandLine } from '@gramkit/cli';

const introduction = `# Command reference

What \`gram COMMAND --help\` prints, written by \`npm run docs\`. In a project or in the repository, \`npx gram\` is the command.
`;

/** Every command of `gram` with its help, as a page. */
export async function commandReference(): Promise<string> {
  // commander wraps to the width of a terminal; the page must not depend on who writes it.
  Object.defineProperty(process.stdout, 'isTTY', { value: false });
  const sections = [section([], await helpOf([]))];
  for (const command of await commandsBelow([])) sections.push(section(command, await helpOf(command)));
  return `${introduction}\n${sections.join('\n')}`;
}

/** The words of all commands below one, in the order of its help, those below a command behind it. */
async function commandsBelow(words: readonly string[]): Promise<string[][]> {
  const [, list = ''] = /^Commands:\n((?:  .*\n?)*)/m.exec(await helpOf(words)) ?? [];
  const names = [...list.matchAll(/^  (\w[\w-]*)/gm)].map(([, name]) => name!).filter((name) => name !== 'help');
  const below: string[][] = [];
  // One after another: each listens for interrupts as long as it runs.
  for (const name of names) below.push([...words, name], ...(await commandsBelow([...words, name])));
  return below;
}

async function helpOf(words: readonly string[]): Promise<string> {
  let help = '';
  const streams = { stdout: { write: (text: string | Uint8Array) => ((help += String(text)), true) }, stderr: process.stderr };
  const exitCode = await runCommandLine([...words, '--help'], streams);
  if (exitCode !== 0) throw new Error(`gram ${words.join(' ')} --help ended with exit code ${exitCode}`);
  return help.trimEnd();
}

function section(words: readonly string[], help: string): string {
  return `## \`${['gram', ...words].join(' ')}\`\n\n\`\`\`text\n${help}\n\`\`\`\n`;
}
