import type { Command } from 'commander';
import type { Session } from '../session.js';

/** `gram setup` */
export function addSetup(program: Command, session: Session): void {
  program
    .command('setup')
    .description('bring the engine (TensorFlow) and a pre-trained model (MiniLM) into the cache folder; what is there and whole is left alone')
    .option('--verify', 'check the content of every file, not its size and time alone')
    .action(async ({ verify }: { verify?: true }) => {
      const { setup } = await import('@gramkit/engine-tensorflow');
      const result = await setup({
        verify: verify ?? false,
        signal: session.signal,
        onProgress: ({ message, done, total, unit, secondsLeft }) =>
          session.display.progress(message, done, total, unit, secondsLeft === undefined ? {} : { left: secondsLeft * 1000 }),
      });
      const done = result.built.length === 0 ? 'everything is there already' : `brought ${result.built.join(', ')}`;
      session.print(result, `Set-up: ${done} (in ${result.cacheDirectory}).`);
    });
}
