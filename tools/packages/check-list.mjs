import { Failure } from '../workspace/failure.mjs';

/** Runs checks one after another, tells each as it ends, and counts. A failed check stops no other; an interrupt stops all. */
export class CheckList {
  passed = 0;
  failed = 0;

  /**
   * @param {string} name
   * @param {() => Promise<Value> | Value} run
   * @returns {Promise<Value | undefined>} what `run` gave; undefined where it failed
   * @template Value
   */
  async check(name, run) {
    const startedAt = performance.now();
    const time = () => `(${((performance.now() - startedAt) / 1000).toFixed(1)} s)`;
    try {
      const value = await run();
      this.passed++;
      process.stderr.write(`passed  ${name} ${time()}\n`);
      return value ?? true;
    } catch (error) {
      if (error.exitCode === 130) throw error;
      this.failed++;
      process.stderr.write(`FAILED  ${name} ${time()}\n${indent(explain(error))}\n`);
      return undefined;
    }
  }
}

/** What a check could not begin without. */
export function needs(value, what) {
  if (value === undefined) throw new Failure(`not tried: ${what} failed`, `mend ${what} first`);
  return value;
}

function explain(error) {
  if (!(error instanceof Failure)) return String(error.stack ?? error);
  return `${error.details.trimEnd()}\n${error.message}\nFix: ${error.fix}`.trim();
}

function indent(text) {
  return text.split('\n').map((line) => `        ${line}`).join('\n');
}
