import { exitCodes } from '../exit-code.js';

/**
 * A signal that aborts at the first Ctrl-C (or SIGTERM), so that the command saves its state; the second one ends the process at once.
 * `stop` gives the signals back.
 */
export function listenForInterruption(say: (text: string) => void): { readonly signal: AbortSignal; stop(): void } {
  const controller = new AbortController();
  const interrupt = () => {
    if (controller.signal.aborted) process.exit(exitCodes.interrupted);
    say('interrupted: saving what there is; once more to stop at once');
    controller.abort();
  };
  const signals = ['SIGINT', 'SIGTERM'] as const;
  for (const name of signals) process.on(name, interrupt);
  return {
    signal: controller.signal,
    stop: () => {
      for (const name of signals) process.off(name, interrupt);
    },
  };
}
