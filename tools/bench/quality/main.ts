import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import type { ItemContent } from '@gramkit/spec';
import { createGeneratedReader, generatorOptions } from '@gramkit/data';
import { frozenExplains } from './frozen-explains.js';
import { runQuality, strategies, type QualityRun, type StrategyName } from './runs.js';
import { formatQuality, requirements } from './verdict.js';

const usage = `Trains frozen, single-step and multi-step on the generated knowledge-tracing set and says whether they are as good as they must be.

npm run bench:quality -- [--seeds 1,2,3] [--data-seed 10] [--output runs/bench]

About an hour on two cores; runs that the output folder already holds are not repeated. Exits with 1 where a requirement does not hold.`;

const { values } = parseArgs({
  options: {
    seeds: { type: 'string', default: '1,2,3' },
    'data-seed': { type: 'string', default: '10' },
    output: { type: 'string', default: 'runs/bench' },
    help: { type: 'boolean', default: false },
  },
});
if (values.help) {
  console.error(usage);
  process.exit(0);
}

async function catalogue(dataSeed: number): Promise<readonly ItemContent[]> {
  const items: ItemContent[] = [];
  for await (const some of createGeneratedReader(generatorOptions.parse({ seed: dataSeed })).items()) items.push(...some);
  return items;
}

/** Runs of an earlier call on the same data set. */
async function runsSoFar(file: string, seed: number): Promise<readonly QualityRun[]> {
  const text = await readFile(file, 'utf8').catch(() => undefined);
  const saved = text === undefined ? undefined : (JSON.parse(text) as { readonly dataSeed: number; readonly runs: readonly QualityRun[] });
  return saved?.dataSeed === seed ? saved.runs : [];
}

const dataSeed = Number(values['data-seed']);
const seeds = values.seeds.split(',').map(Number);
const file = join(values.output, 'quality.json');
await mkdir(values.output, { recursive: true });
const frozenShare = await frozenExplains(await catalogue(dataSeed));
const runs = [...(await runsSoFar(file, dataSeed))];
for (const strategy of Object.keys(strategies) as StrategyName[]) {
  for (const seed of seeds.filter((wanted) => !runs.some((run) => run.strategy === strategy && run.seed === wanted))) {
    console.error(`${strategy}, seed ${seed}`);
    runs.push(await runQuality(strategy, seed, dataSeed));
    console.error(JSON.stringify(runs.at(-1)));
    await writeFile(file, JSON.stringify({ dataSeed, frozenShare, runs }, null, 2));
  }
}
const verdict = requirements(runs, frozenShare);
await writeFile(join(values.output, 'quality.md'), `${formatQuality(runs, verdict)}\n`);
console.log(formatQuality(runs, verdict));
process.exitCode = verdict.every(({ holds }) => holds) ? 0 : 1;
