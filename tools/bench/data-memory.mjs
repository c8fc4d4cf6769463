/**
 * Whether resident memory stays flat as data grows: imports a generated set, splits it, draws every batch of one epoch and
 * finds the unseen items, once with few and once with many interactions, each in a process of its own, and compares the
 * largest resident sizes (medians over the runs). Fails where many take more than `--limit` times what few take. Then it
 * computes the ceiling in the same process: that peak is reported beside, against no limit.
 *
 * node tools/bench/data-memory.mjs [--few 100000] [--many 10000000] [--runs 3] [--limit 1.1] [--output FILE]
 * Reads the built package: npm run build first.
 */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';

const { values } = parseArgs({
  options: {
    few: { type: 'string', default: '100000' },
    many: { type: 'string', default: '10000000' },
    runs: { type: 'string', default: '3' },
    limit: { type: 'string', default: '1.1' },
    output: { type: 'string' },
    measure: { type: 'string' },
  },
});

const batchSize = 32;
/** As a run has them by default. */
const lengthPool = 32;
const lengthMultiple = 4;
const seed = 1;

function peakMegabytes() {
  return process.resourceUsage().maxRSS / 1024;
}

/** What one process takes for `interactions`. */
async function measure(interactions) {
  const { createGeneratedReader, generatorOptions, importDataset, openBatches, openStore, splitStore } = await import('@gramkit/data');
  const folder = mkdtempSync(join(tmpdir(), 'gramkit-bench-'));
  try {
    const file = join(folder, 'store.duckdb');
    const start = performance.now();
    await importDataset(createGeneratedReader(generatorOptions.parse({ interactions })), file);
    const imported = performance.now();
    const store = await openStore(file);
    const batches = await openBatches(store, await splitStore(store, { seed }), { lengthMultiple });
    let steps = 0;
    let drawn = 0;
    for await (const batch of batches.trainBatches({ seed, epoch: 0, batchSize, lengthPool })) {
      steps++;
      drawn += batch.fields.lengths.data.reduce((sum, length) => sum + length, 0);
    }
    const unseenItems = (await batches.unseenItems()).reduce((sum, flag) => sum + flag, 0);
    const ended = performance.now();
    const peakResidentMegabytes = peakMegabytes();
    const ceiling = await store.ceiling();
    await batches.close();
    store.close();
    if (steps !== batches.stepsPerEpoch(batchSize)) throw new Error(`${steps} batches, expected ${batches.stepsPerEpoch(batchSize)}`);
    return {
      interactions, steps, drawn, unseenItems, ceiling,
      importSeconds: (imported - start) / 1000,
      batchSeconds: (ended - imported) / 1000,
      peakResidentMegabytes,
      peakWithCeilingMegabytes: peakMegabytes(),
    };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function inProcess(interactions) {
  const output = execFileSync(process.execPath, [fileURLToPath(import.meta.url), '--measure', String(interactions)], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'inherit'] });
  const result = JSON.parse(output);
  console.error(`${interactions} interactions: ${result.peakResidentMegabytes.toFixed(1)} MB, import ${result.importSeconds.toFixed(1)} s, batches ${result.batchSeconds.toFixed(1)} s`);
  return result;
}

function median(numbers) {
  const sorted = [...numbers].sort((a, b) => a - b);
  return (sorted[Math.floor((sorted.length - 1) / 2)] + sorted[Math.ceil((sorted.length - 1) / 2)]) / 2;
}

if (values.measure !== undefined) {
  console.log(JSON.stringify(await measure(Number(values.measure))));
} else {
  const runs = Array.from({ length: Number(values.runs) }, () => ({ few: inProcess(Number(values.few)), many: inProcess(Number(values.many)) }));
  const peak = (size, of = 'peakResidentMegabytes') => runs.map((run) => run[size][of]);
  const ratio = median(peak('many')) / median(peak('few'));
  const ratioWithCeiling = median(peak('many', 'peakWithCeilingMegabytes')) / median(peak('few', 'peakWithCeilingMegabytes'));
  const result = { few: median(peak('few')), many: median(peak('many')), ratio, ratioWithCeiling, worstRatio: Math.max(...peak('many')) / Math.min(...peak('few')), limit: Number(values.limit), runs };
  if (values.output !== undefined) writeFileSync(values.output, `${JSON.stringify(result, null, 2)}\n`);
  console.log(`median peak resident memory: ${result.few.toFixed(1)} MB for ${values.few}, ${result.many.toFixed(1)} MB for ${values.many} interactions: ${ratio.toFixed(3)} times (limit ${values.limit}; largest over smallest ${result.worstRatio.toFixed(3)}); with the ceiling ${ratioWithCeiling.toFixed(3)} times`);
  process.exitCode = ratio <= result.limit ? 0 : 1;
}
