import type { Command } from 'commander';
import type { Session } from '../session.js';
import { table } from '../terminal/table.js';

/** `gram plugins` */
export function addPlugins(program: Command, session: Session): void {
  program
    .command('plugins')
    .description('list what a configuration can name: the built-in plugins and those installed in this project')
    .action(async () => {
      const { listPlugins } = await import('@gramkit/experiment');
      const plugins = await listPlugins(process.cwd());
      const rows = plugins.map(({ kind, name, packageName, description, problem }) => [kind, name, packageName, problem === undefined ? (description ?? '') : `cannot be used: ${problem}`]);
      session.print({ plugins }, table(['kind', 'name', 'package', 'what it is'], rows));
    });
}
