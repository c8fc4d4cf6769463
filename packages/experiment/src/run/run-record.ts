import type { Engine, Json, Task } from '@gramkit/spec';
import { metricConventions } from '../metrics/evaluation-metrics.js';
import type { ResolvedConfiguration } from '../configuration/resolved-configuration.js';
import type { RunData } from '../trainer/run-data.js';
import packageDescription from '../../package.json' with { type: 'json' };

/** What a run depended on: `run.json`. */
export interface RunRecord {
  readonly formatVersion: 1;
  readonly startedAt: string;
  readonly gramkit: string;
  readonly engine: Json;
  readonly task: Task;
  readonly seed: number;
  readonly data: Json;
  readonly split: Json;
  readonly stepsPerEpoch: number;
  readonly metricConventions: Json;
  readonly tokenizerFingerprint: string;
}

/** Describes a run that begins now. */
export function runRecord(configuration: ResolvedConfiguration, engine: Engine, data: RunData, task: Task, tokenizerFingerprint: string): RunRecord {
  return {
    formatVersion: 1,
    startedAt: new Date().toISOString(),
    gramkit: packageDescription.version,
    engine: engine.describe() as unknown as Json,
    task,
    seed: configuration.seed,
    data: { reader: configuration.components.data.use, fingerprint: data.fingerprint, ...data.counts },
    split: data.split,
    stepsPerEpoch: data.stepsPerEpoch,
    metricConventions: metricConventions(task),
    tokenizerFingerprint,
  };
}
