import { type Command, Option } from 'commander';
import type { Session } from '../session.js';

/** `gram setup` */
export function addSetup(program: Command, session: Session): void {
  program
    .command('setup')
    .description('bring the engine (TensorFlow) and a pre-trained model (MiniLM) into the cache folder; what is there and whole is left alone')
    .addOption(new Option('--gpu', "set TensorFlow up for NVIDIA's GPUs too (needs 6.3 GB), whether or not a driver is found; without this, only where one is").conflicts('cpu'))
    .option('--cpu', 'set TensorFlow up for the CPU alone, although an NVIDIA driver is found')
    .option('--verify', 'check the content of every file, not its size and time alone')
    .action(async ({ verify, gpu, cpu }: { verify?: true; gpu?: true; cpu?: true }) => {
      const { setup } = await import('@gramkit/engine-tensorflow');
      const result = await setup({
        device: gpu === true ? 'gpu' : cpu === true ? 'cpu' : 'auto',
        verify: verify ?? false,
        signal: session.signal,
        onNote: (note) => session.display.message('info', note),
        onProgress: ({ message, done, total, unit, secondsLeft }) =>
          session.display.progress(message, done, total, unit, secondsLeft === undefined ? {} : { left: secondsLeft * 1000 }),
      });
      const done = result.built.length === 0 ? 'everything is there already' : `brought ${result.built.join(', ')}`;
      session.print(result, `Set-up for ${result.devices.map((device) => device.toUpperCase()).join(' and ')}: ${done} (in ${result.cacheDirectory}).`);
    });
}
