import { exitCodes } from '../exit-code.js';

/** npm and the terminal both deliver one Ctrl-C: what comes so soon after the first is no second one. */
const millisecondsOfOneInterruption = 500;

/**
 * A signal that aborts at the first Ctrl-C (or SIGTERM), so that the command saves its state; the second one ends the process at once.
 * `stop` gives the signals back.
 */
export function listenForInterruption(say: (text: string) => void): { readonly signal: AbortSignal; stop(): void } {
  const controller = new AbortController();
  let interruptedAt = 0;
  const interrupt = () => {
    if (!controller.signal.aborted) {
      interruptedAt = performance.now();
      say('interrupted: saving what there is (once more to stop at once)');
      controller.abort();
    } else if (performance.now() - interruptedAt > millisecondsOfOneInterruption) {
      process.exit(exitCodes.interrupted);
    }
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
