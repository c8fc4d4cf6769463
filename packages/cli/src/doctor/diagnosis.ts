import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { Bfloat16Support, NvidiaDriver, SetupFinding } from '@gramkit/engine-tensorflow';
import { isGramkitError, type EngineDescription } from '@gramkit/spec';
import getFolderSize from 'get-folder-size';
import prettyBytes from 'pretty-bytes';
import { table } from '../terminal/table.js';

/** What `gram doctor` found. */
export interface Diagnosis {
  /** Whether training and encoding can run. */
  readonly ready: boolean;
  /** Null where the engine cannot be loaded; `parts` then says why. */
  readonly engine: EngineDescription | null;
  /** What the processor has for `engine.precision: bfloat16`, whether the engine can be loaded or not. */
  readonly bfloat16: Bfloat16Support;
  readonly system: { readonly node: string; readonly platform: string; readonly architecture: string };
  /** The model that is taken where none is named. */
  readonly model: { readonly path: string; readonly state: SetupFinding['state'] };
  readonly cache: { readonly path: string; readonly bytes: number; readonly folders: Readonly<Record<string, number>> };
  /** NVIDIA's driver; null where there is none. */
  readonly driver: NvidiaDriver | null;
  /** What set-up brings for a GPU. Missing, it keeps nothing from working: the CPU computes. */
  readonly gpu: SetupFinding;
  /** What set-up brings, and whether the engine loads. */
  readonly parts: readonly SetupFinding[];
  /** Programs that set-up needs. What they made works without them. */
  readonly tools: readonly SetupFinding[];
}

/** Looks at everything and changes nothing. */
export async function examine({ verify }: { readonly verify: boolean }): Promise<Diagnosis> {
  const { bfloat16Support, defaultModelDirectory, inspectSetup } = await import('@gramkit/engine-tensorflow');
  const inspection = await inspectSetup({ verify });
  const { engine, finding } = await tryEngine();
  const parts = finding === undefined || !inspection.ready ? inspection.parts : [...inspection.parts, finding];
  return {
    ready: inspection.ready && parts.every((part) => part.state === 'ready'),
    engine,
    bfloat16: bfloat16Support(),
    system: { node: process.versions.node, platform: process.platform, architecture: process.arch },
    model: { path: defaultModelDirectory(inspection.cacheDirectory), state: inspection.parts.find((part) => part.name === 'model')?.state ?? 'missing' },
    cache: await measureCache(inspection.cacheDirectory),
    driver: inspection.driver,
    gpu: inspection.gpu,
    parts,
    tools: inspection.tools,
  };
}

/** The engine, or what keeps it from loading: news only where set-up's own findings are all well. */
async function tryEngine(): Promise<{ readonly engine: EngineDescription | null; readonly finding?: SetupFinding }> {
  const { loadEngine } = await import('@gramkit/engine-tensorflow');
  try {
    return { engine: (await loadEngine()).describe() };
  } catch (error) {
    if (!isGramkitError(error)) throw error;
    return { engine: null, finding: { name: 'engine', title: 'loading TensorFlow', state: 'broken', problem: error.message, fix: error.details.fix } };
  }
}

async function measureCache(path: string): Promise<Diagnosis['cache']> {
  const entries = await readdir(path, { withFileTypes: true }).catch(() => []);
  const folders: Record<string, number> = {};
  for (const entry of entries) if (entry.isDirectory()) folders[entry.name] = await getFolderSize.loose(join(path, entry.name));
  return { path, bytes: Object.values(folders).reduce((sum, bytes) => sum + bytes, 0), folders };
}

/** The diagnosis for people: facts, then what is missing with the command that mends it. */
export function formatDiagnosis(diagnosis: Diagnosis): string {
  const { engine, system, cache, model } = diagnosis;
  const facts: [string, string][] = [
    ['engine', engine === null ? 'not there' : engine.name],
    ...(engine === null ? [] : engineFacts(engine)),
    ['bfloat16', diagnosis.bfloat16.summary],
    ['gpu driver', driverText(diagnosis.driver)],
    ['system', `${system.platform} ${system.architecture}, Node ${system.node}`],
    ['model', `${model.path} (${model.state})`],
    ['cache', `${cache.path} (${prettyBytes(cache.bytes)})`],
    ...Object.entries(cache.folders).map(([name, bytes]): [string, string] => ['', `  ${name}: ${prettyBytes(bytes)}`]),
  ];
  const findings = [...diagnosis.parts, diagnosis.gpu, ...diagnosis.tools].map((finding) => [finding.name, finding.state, describeFinding(finding)]);
  const verdict = diagnosis.ready ? 'Everything that training needs is there.' : 'Something is missing: see the fixes above.';
  return [table(['', ''], facts).trimStart(), '', table(['part', 'state', ''], findings), '', verdict].join('\n');
}

function engineFacts({ device, threads, instructionSets, precision, versions }: EngineDescription): [string, string][] {
  return [
    ['device', `${device}, ${threads} threads`],
    ['instructions', instructionSets.length === 0 ? 'base' : instructionSets.join(' ')],
    ['precision', precision],
    ['versions', Object.entries(versions).map(([name, version]) => `${name} ${version}`).join(', ')],
  ];
}

function driverText(driver: NvidiaDriver | null): string {
  if (driver === null) return 'none';
  return `NVIDIA ${driver.version}${driver.recentEnough ? '' : ', too old for CUDA 12'}`;
}

function describeFinding({ title, problem, fix }: SetupFinding): string {
  return [problem ?? title, ...(fix === undefined ? [] : [`Fix: ${fix}`])].join('\n');
}
